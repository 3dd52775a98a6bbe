package pleat.passes.train;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import pleat.ir.diagnostic.UserException;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;

/** What training makes small: the output named {@code loss}, or the mean if it has one number for each sample; where there is none, the sum over all floating outputs of the mean of their squares. */
public final class Loss {
    public static final String NAME = "loss";

    private Loss() {}

    /** The module with the loss as its only output. */
    public static TensorModule only(TensorModule module) {
        var entry = module.entryFunction();
        var named = entry.returns().stream().filter(result -> result.external().equals(NAME)).findFirst();
        if (named.isPresent()) {
            return module.with(named(module, entry, named.get().value()));
        }
        var terms = new ArrayList<Op>();
        entry.results().stream().filter(value -> value.type().dtype().isFloating()).distinct().forEach(value -> terms.add(Elementwise.sum(
                "loss_" + value.name(), value, Scalar.read(0).times(Scalar.read(0)).over(Scalar.of(value.type().elements())))));
        if (terms.isEmpty()) {
            throw new UserException("`" + module.name() + "` has no floating output, and so no loss");
        }
        var values = terms.stream().map(op -> op.results().getFirst()).toList();
        var body = IntStream.range(0, values.size()).<Scalar>mapToObj(Scalar::read).reduce(Scalar::plus).orElseThrow();
        var sum = Elementwise.map(NAME, values.getFirst().type(), values, body);
        terms.add(sum);
        return module.with(returning(entry, terms, sum.result()));
    }

    private static Function named(TensorModule module, Function entry, Value loss) {
        var type = loss.type();
        if (type.rank() > 1 || !type.dtype().isFloating()) {
            throw new UserException("output `loss` of `" + module.name() + "` is " + type + ", and a loss is one floating number, or one for each sample");
        }
        if (type.rank() == 0) {
            return returning(entry, List.of(), loss);
        }
        var mean = Elementwise.sum("mean_loss", loss, Scalar.read(0).over(Scalar.of(type.elements())));
        return returning(entry, List.of(mean), mean.results().getFirst());
    }

    private static Function returning(Function entry, List<Op> more, Value loss) {
        var body = ImmutableList.<Op>builder().addAll(entry.body()).addAll(more).build();
        return new Function(entry.name(), entry.parameters(), body, ImmutableList.of(new Function.Return(loss, NAME)));
    }
}
