package pleat.passes.shard;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Sets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Function.Return;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;
import pleat.passes.Rebuild;

/**
 * A stretch of the entry function as a repetition of one copy. Gradients keep or compute again what repetitions make, and nothing else: this is how a plan says the
 * same of what is not repeated. All that the stretch reads is invariant; what others read of it is collected, and taken out of the collection.
 *
 * @param body what stands for the stretch; it makes the same values
 */
record Once(Function function, ImmutableList<Op> body) {

    /** @param entry the function of which the ops are a stretch */
    static Once of(String name, List<Op> ops, Function entry) {
        Set<Op> inside = Sets.newIdentityHashSet();
        inside.addAll(ops);
        var read = new ArrayList<>(entry.results());
        entry.body().stream().filter(op -> !inside.contains(op)).forEach(op -> read.addAll(op.operands()));
        var own = new LinkedHashMap<Value, Value>();
        var given = given(ops);
        given.forEach(value -> own.put(value, fresh(value)));
        ops.forEach(op -> op.results().forEach(value -> own.put(value, fresh(value))));
        var handed = ops.stream().flatMap(op -> op.results().stream()).filter(read::contains).toList();
        var function = new Function(name, given.stream().map(value -> Parameter.plain(own.get(value))).collect(ImmutableList.toImmutableList()),
                ops.stream().map(op -> Rebuild.op(op, own::get, own::get)).collect(ImmutableList.<Op>toImmutableList()),
                handed.stream().map(value -> new Return(own.get(value), value.name())).collect(ImmutableList.toImmutableList()));
        var body = ImmutableList.<Op>builder();
        var collected = new LinkedHashMap<Value, Value>();
        handed.forEach(value -> collected.put(value, new Value(value.name() + "_once", stacked(value.type()))));
        body.add(new Op.Repeat(ImmutableList.copyOf(collected.values()), new Op.Repeat.Body(name, 1, false), ImmutableList.of(), given, ImmutableList.of(),
                ops.getLast().location()));
        collected.forEach((value, stack) -> body.add(only(value, stack)));
        return new Once(function, body.build());
    }

    private static Value fresh(Value value) {
        return new Value(value.name(), value.type());
    }

    /** What comes from outside, in the order of its first use. */
    private static ImmutableList<Value> given(List<Op> ops) {
        var made = new LinkedHashSet<Value>();
        ops.forEach(op -> made.addAll(op.results()));
        return ops.stream().flatMap(op -> op.operands().stream()).filter(value -> !made.contains(value)).distinct().collect(ImmutableList.toImmutableList());
    }

    private static TensorType stacked(TensorType type) {
        return TensorType.of(type.dtype(), ImmutableList.<Dim>builder().add(Dim.of(1)).addAll(type.dims()).build());
    }

    /** The only slice of a stack. */
    private static Op only(Value slice, Value stack) {
        var dims = slice.type().dims();
        var axes = IntStream.range(0, dims.size()).mapToObj(d -> new Axis("i" + d, dims.get(d))).toList();
        var subscripts = IntStream.range(0, dims.size() + 1).mapToObj(d -> d == 0 ? Index.constant(0) : Index.axis(d - 1)).collect(ImmutableList.toImmutableList());
        return Op.compute(slice, Equation.of(axes, dims.size(), List.of(new Access(subscripts, false)), Reduction.NONE, Scalar.read(0)), List.of(stack));
    }
}
