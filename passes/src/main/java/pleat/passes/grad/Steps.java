package pleat.passes.grad;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import pleat.ir.derive.Adjoints;
import pleat.ir.derive.Derived;
import pleat.ir.derive.Factoring;
import pleat.ir.derive.Fusion;
import pleat.ir.derive.Subscripts;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.type.TensorType;

/** Ops in the making: appended in order, with the few equations that differentiation itself needs. */
final class Steps {
    private final List<Op> ops = new ArrayList<>();
    /** Contributions that are maps and that nothing reads yet: the sum of all contributions takes them in. */
    private final Map<Value, Op.Compute> maps = new LinkedHashMap<>();

    void add(Op op) {
        ops.add(op);
    }

    /** Appends the ops that make one contribution to an adjoint, and returns the contribution. */
    Value addContribution(Adjoints.Contribution contribution) {
        var made = addContribution(contribution.step());
        return contribution.cut()
                .map(cut -> addContribution(new Op.Compute(cut.result(), cut.equation(), ImmutableList.of(made), cut.location())))
                .orElse(made);
    }

    /** A mere copy is what it copies. */
    private Value addContribution(Op.Compute step) {
        if (isCopy(step)) {
            return step.operands().getFirst();
        }
        var hoisted = Factoring.hoist(step);
        if (hoisted.isPresent()) {
            ops.add(hoisted.get().sum());
            return addContribution(hoisted.get().scaled());
        }
        ops.add(step);
        if (step.equation().isMap()) {
            maps.put(step.result(), step);
        }
        return step.result();
    }

    private static boolean isCopy(Op.Compute step) {
        var equation = step.equation();
        return equation.isMap() && equation.body() instanceof Scalar.Read && equation.reads().getFirst().equals(equation.write())
                && step.operands().getFirst().type().equals(step.result().type())
                && Subscripts.isPlain(equation.write(), equation.axes(), equation.dims());
    }

    ImmutableList<Op> all() {
        return ImmutableList.copyOf(ops);
    }

    Value zeros(String name, TensorType type) {
        return elementwise(name, type, List.of(), Scalar.of(0));
    }

    /** One value that adds all of them, in the order in which they were found. */
    Value sum(String name, List<Value> terms) {
        if (terms.size() == 1) {
            maps.remove(terms.getFirst());
            return terms.getFirst();
        }
        var body = IntStream.range(0, terms.size()).<Scalar>mapToObj(Scalar::read).reduce(Scalar::plus).orElseThrow();
        var result = elementwise(name, terms.getFirst().type(), terms, body);
        var sum = (Op.Compute) ops.removeLast();
        for (Value term : terms) {
            if (maps.containsKey(term)
                    && Fusion.inline(maps.get(term), sum) instanceof Derived.Yes<Op.Compute>(Op.Compute merged)) {
                sum = merged;
                ops.remove(maps.remove(term));
            }
        }
        ops.add(sum);
        return result;
    }

    private Value elementwise(String name, TensorType type, List<Value> operands, Scalar body) {
        var axes = IntStream.range(0, type.rank()).mapToObj(d -> new Axis(axisName(d), type.dims().get(d))).toList();
        var plain = Access.bare(IntStream.range(0, type.rank()).toArray());
        var reads = operands.stream().map(_ -> plain).toList();
        var result = new Value(name, type);
        ops.add(Op.compute(result, Equation.of(axes, type.rank(), reads, Reduction.NONE, body), operands));
        return result;
    }

    private static String axisName(int dim) {
        return dim < 8 ? String.valueOf((char) ('i' + dim)) : "i" + dim;
    }

    /** The ops on which {@code live} values depend; ops have no effect but their results. */
    static ImmutableList<Op> prune(List<Op> ops, Collection<Value> live) {
        var needed = new LinkedHashSet<>(live);
        var kept = new ArrayList<Op>();
        for (Op op : ops.reversed()) {
            if (op.results().stream().anyMatch(needed::contains)) {
                kept.add(op);
                needed.addAll(op.operands());
            }
        }
        return ImmutableList.copyOf(kept.reversed());
    }
}
