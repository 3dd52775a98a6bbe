package pleat.cli.compile;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.List;
import pleat.frontend.ConfigValue;
import pleat.frontend.Frontend.Request;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.Function.Role;
import pleat.ir.tensor.TensorModule;

/** Several samples in one step, along a first dim of every input. */
public final class Samples {
    private Samples() {}

    /** The model with these settings and sizes for so many samples; of one sample the inputs are as the model declares them. */
    public static Request request(ModelReference model, ImmutableMap<String, ConfigValue> values, long count) {
        var one = new Request(values, ImmutableMap.of());
        if (count == 1) {
            return one;
        }
        var frontend = model.open();
        return new Request(values, shapes(frontend.compile(model.module(frontend), one), count));
    }

    /** @param one the module of one sample, with known sizes */
    public static ImmutableMap<String, List<Long>> shapes(TensorModule one, long count) {
        if (count < 1) {
            throw new UserException("--batch is " + count + ", and at least one sample is in a step");
        }
        var shapes = new LinkedHashMap<String, List<Long>>();
        one.entryFunction().parameters().stream().filter(parameter -> parameter.role() == Role.INPUT).forEach(parameter -> {
            var shape = ImmutableList.<Long>builder().add(count);
            parameter.value().type().dims().forEach(dim -> shape.add(dim.known()));
            shapes.put(parameter.external(), shape.build());
        });
        return ImmutableMap.copyOf(shapes);
    }
}
