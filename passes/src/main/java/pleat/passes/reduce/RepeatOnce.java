package pleat.passes.reduce;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Location;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.type.TensorType;
import pleat.passes.Inline;

/** One iteration in the place of a repetition. */
final class RepeatOnce implements Move {
    @Override
    public Stream<Supplier<TensorModule>> candidates(TensorModule module) {
        var entry = module.entryFunction();
        return IntStream.range(0, entry.body().size()).filter(i -> entry.body().get(i) instanceof Op.Repeat)
                .mapToObj(i -> () -> once(module, i, (Op.Repeat) entry.body().get(i)));
    }

    private static TensorModule once(TensorModule module, int position, Op.Repeat repeat) {
        Function callee = module.functions().get(repeat.body().callee());
        int carried = repeat.carried().size();
        List<Value> slices = repeat.sliced().stream().map(RepeatOnce::slice).toList();
        var operands = ImmutableList.<Value>builder().addAll(repeat.carried()).addAll(repeat.invariant()).addAll(slices).build();
        var results = ImmutableList.<Value>builder().addAll(repeat.results().subList(0, carried));
        var collected = new ArrayList<Op>();
        for (int i = carried; i < callee.results().size(); i++) {
            var one = new Value(callee.results().get(i).name(), callee.results().get(i).type());
            results.add(one);
            collected.add(repeated(one, repeat.results().get(i), repeat.location()));
        }
        var body = new ArrayList<>(module.entryFunction().body());
        body.set(position, new Op.Call(results.build(), callee.name(), operands, repeat.location()));
        body.addAll(position + 1, collected);
        return Inline.PASS.apply(Entry.rebuilt(module, body, module.entryFunction().returns(), slices));
    }

    /** What the one iteration gave, at every position along a leading dim. */
    private static Op repeated(Value one, Value collected, Location location) {
        int rank = collected.type().rank();
        var axes = IntStream.range(0, rank).mapToObj(dim -> new Axis("i" + dim, collected.type().dims().get(dim))).toList();
        var equation = Equation.of(axes, rank, List.of(Access.bare(IntStream.range(1, rank).toArray())), Reduction.NONE,
                Scalar.read(0));
        return new Op.Compute(collected, equation, ImmutableList.of(one), location);
    }

    private static Value slice(Value sliced) {
        TensorType type = sliced.type();
        return new Value(sliced.name(), TensorType.of(type.dtype(), type.dims().subList(1, type.rank())));
    }
}
