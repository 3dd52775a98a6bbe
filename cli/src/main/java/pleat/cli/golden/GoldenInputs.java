package pleat.cli.golden;

import com.google.common.collect.ImmutableMap;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import pleat.cli.model.Reference;
import pleat.cli.model.Reference.Run;
import pleat.cli.model.Reference.Tensors;
import pleat.frontend.ConfigValue;
import pleat.frontend.Frontend;
import pleat.frontend.Frontend.Request;
import pleat.frontend.check.Library;
import pleat.ir.type.DType;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorHeader;
import pleat.runtime.io.TensorSource;
import pleat.runtime.io.WeightBinding.Required;

/** What a file of reference results says of a call before the model is compiled, and its inputs once it is known what the model takes. */
final class GoldenInputs {
    private GoldenInputs() {}

    /** Settings by the file's configuration, sizes by its inputs, and where these do not show them by its outputs. */
    static Request request(Golden golden, Reference reference, Run run) {
        var shapes = shapes(golden.inputs(), reference.tensors());
        var signature = Frontend.ofImport(reference.module().source(), Library.shipped()).signature(reference.module().module());
        var settings = new LinkedHashMap<>(new OutputSizes(signature, golden, run).values(shapes));
        settings.putAll(reference.configuration().settings(golden.configuration()));
        settings.putAll(run.settings());
        return new Request(ImmutableMap.copyOf(settings), shapes);
    }

    /** Shapes that bind sizes: not those in which 1 may stand for another. */
    private static ImmutableMap<String, List<Long>> shapes(TensorSource inputs, Tensors tensors) {
        return inputs.names().stream().filter(name -> !tensors.spread().contains(tensors.input(name)))
                .collect(ImmutableMap.toImmutableMap(tensors::input, name -> inputs.header(name).shape().asList()));
    }

    /** The file's inputs and tables but for those that the model does without, with masks of ones in the place of optional ones that it does not have. */
    static TensorSource inputs(Golden golden, Reference reference, List<Required> required) {
        var given = golden.inputs();
        var constants = golden.constants();
        var all = new LinkedHashMap<String, TensorData>();
        var tensors = reference.tensors();
        given.names().forEach(name -> all.put(tensors.input(name), given.tensor(name)));
        constants.names().forEach(name -> all.put(name, constants.tensor(name)));
        all.keySet().removeAll(tensors.unused());
        if (tensors.unused().contains(Tensors.ALL_OTHERS)) {
            all.keySet().retainAll(required.stream().map(Required::name).toList());
        }
        for (Required one : required) {
            if (tensors.optionalMasks().contains(one.name())) {
                all.computeIfAbsent(one.name(), _ -> filled(one.header(), 1));
            }
            if (tensors.spread().contains(one.name())) {
                all.computeIfPresent(one.name(), (_, tensor) -> Spread.to(one.header(), tensor));
            }
            all.computeIfPresent(one.name(), (_, tensor) -> ofType(one.header().dtype(), tensor));
        }
        return TensorSource.of(given.origin(), all);
    }

    /** Whole numbers as numbers, truth values as whole ones and so on: in the other type if all values stay what they are. */
    private static TensorData ofType(DType dtype, TensorData tensor) {
        if (tensor.header().dtype() == dtype) {
            return tensor;
        }
        var values = tensor.toDoubles();
        var converted = TensorData.ofDoubles(values, tensor.shape().toArray()).convert(dtype, Arena.ofAuto());
        return Arrays.equals(values, converted.toDoubles()) ? converted : tensor;
    }

    static TensorData filled(TensorHeader header, double value) {
        var values = new double[Math.toIntExact(header.elements())];
        Arrays.fill(values, value);
        return TensorData.ofDoubles(values, header.shape().toArray()).convert(header.dtype(), Arena.ofAuto());
    }
}
