package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import pleat.ir.derive.Adjoints;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;

/**
 * Ops that are planned together: the body of a repetition, or what stands between two of them.
 *
 * @param name of the function that is repeated, or of the entry function with a number
 * @param given values that lie as the segment before left them
 * @param weights parameters that are read here; what else comes from outside is the same on every device
 * @param handed values whose layout the segment behind is given
 * @param active values that have an adjoint
 * @param arguments parameters of the function
 */
public record Segment(String name, ImmutableList<Op> ops, ImmutableList<Value> given, ImmutableSet<Value> weights, ImmutableList<Value> handed,
        ImmutableSet<Value> active, ImmutableList<Value> arguments) {

    static Segment of(String name, List<Op> ops, List<Value> given, Set<Value> weights, List<Value> handed, List<Value> arguments,
            boolean training) {
        return new Segment(name, ImmutableList.copyOf(ops), ImmutableList.copyOf(given), ImmutableSet.copyOf(weights),
                ImmutableList.copyOf(handed), training ? active(ops, given, weights, handed) 
                : ImmutableSet.of(), ImmutableList.copyOf(arguments));
    }

    /** Values that depend on a weight or on what is given, and on which something that is handed on depends. */
    private static ImmutableSet<Value> active(List<Op> ops, List<Value> given, Set<Value> weights, List<Value> handed) {
        var varied = new LinkedHashSet<Value>();
        given.stream().filter(Segment::isFloating).forEach(varied::add);
        weights.stream().filter(Segment::isFloating).forEach(varied::add);
        ops.forEach(op -> flows(op, (from, to) -> {
            if (varied.contains(from)) {
                varied.add(to);
            }
        }));
        var useful = new LinkedHashSet<Value>();
        handed.stream().filter(Segment::isFloating).forEach(useful::add);
        ops.reversed().forEach(op -> flows(op, (from, to) -> {
            if (useful.contains(to)) {
                useful.add(from);
            }
        }));
        varied.retainAll(useful);
        return ImmutableSet.copyOf(varied);
    }

    private interface Flow {
        void from(Value operand, Value result);
    }

    private static void flows(Op op, Flow flow) {
        switch (op) {
            case Op.Compute compute -> {
                for (int r = 0; r < compute.operands().size(); r++) {
                    if (Adjoints.flows(compute, r)) {
                        flow.from(compute.operands().get(r), compute.result());
                    }
                }
            }
            case Op.Gather gather -> flow.from(gather.table(), gather.result());
            case Op.ScatterAdd scatter -> flow.from(scatter.updates(), scatter.result());
            case Op.Random _, Op.Collective _, Op.Call _, Op.Repeat _ -> {
            }
        }
    }

    private static boolean isFloating(Value value) {
        return value.type().dtype().isFloating();
    }

    /** The op that makes each value. */
    Map<Value, Op> producers() {
        var producers = new LinkedHashMap<Value, Op>();
        ops.forEach(op -> op.results().forEach(result -> producers.put(result, op)));
        return producers;
    }

    /** Whether it is made here or was made by the segment before: what can be cut and has to be brought from layout to layout. */
    boolean isMoving(Value value, Map<Value, Op> producers) {
        return producers.containsKey(value) || given.contains(value);
    }
}
