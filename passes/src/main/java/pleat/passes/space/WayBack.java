package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import pleat.ir.derive.Adjoints;
import pleat.ir.derive.Cost;
import pleat.ir.derive.Derived;
import pleat.ir.diagnostic.UserException;
import pleat.ir.index.Equation;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.passes.machine.Family;

/**
 * What the adjoint of a cluster does: the adjoint equations of its members, without what only adds contributions up.
 *
 * @param steps in the order of the members
 * @param reads moving values and results of the cluster that they read: what has to be there again on the way back
 */
record WayBack(ImmutableList<Step> steps, ImmutableSet<Value> reads) {

    /**
     * The equation for one operand's adjoint. Its points are those of the member's box.
     *
     * @param reads forward values that it reads beside the adjoint of the member's result
     * @param copies whether the operand's adjoint is that of the result
     */
    record Step(int member, Family family, long flops, ImmutableSet<Value> reads, Value gradientOf, boolean copies) {}

    static WayBack of(Segment segment, Cluster cluster) {
        var steps = ImmutableList.<Step>builder();
        for (int m = 0; m < cluster.members().size(); m++) {
            for (int r = 0; r < cluster.members().get(m).op().operands().size(); r++) {
                step(segment, cluster, m, r).ifPresent(steps::add);
            }
        }
        var made = new LinkedHashSet<>(cluster.results());
        var reads = steps.build().stream().flatMap(step -> step.reads().stream())
                .filter(value -> made.contains(value) || cluster.moving().contains(value)).collect(ImmutableSet.toImmutableSet());
        return new WayBack(steps.build(), reads);
    }

    private static Optional<Step> step(Segment segment, Cluster cluster, int m, int read) {
        var op = cluster.members().get(m).op();
        var operand = op.operands().get(read);
        var result = cluster.members().get(m).result();
        if (!segment.active().contains(operand) || !segment.active().contains(result)) {
            return Optional.empty();
        }
        return switch (op) {
            case Op.Compute compute when Adjoints.flows(compute, read) -> Optional.of(equation(compute, m, read));
            case Op.Compute _ -> Optional.empty();
            case Op.Gather gather -> Optional.of(new Step(m, Family.MAP, gather.result().type().elements(), ImmutableSet.of(gather.indices()),
                    operand, false));
            case Op.ScatterAdd scatter -> Optional.of(new Step(m, Family.MAP, scatter.updates().type().elements(),
                    ImmutableSet.of(scatter.indices()), operand, false));
            case Op.Random _, Op.Collective _, Op.Call _, Op.Repeat _ -> Optional.empty();
        };
    }

    private static Step equation(Op.Compute compute, int m, int read) {
        var adjoint = new Value("adjoint", compute.result().type());
        return switch (Adjoints.of(compute, read, adjoint)) {
            case Derived.Yes<Adjoints.Contribution>(Adjoints.Contribution contribution) -> {
                var step = contribution.step();
                yield new Step(m, Family.of(step.equation()), Cost.flops(step.equation()),
                        step.operands().stream().filter(value -> value != adjoint).collect(ImmutableSet.toImmutableSet()),
                        compute.operands().get(read), isCopy(step.equation()));
            }
            case Derived.No<Adjoints.Contribution>(String reason) -> throw new UserException("the equation of `" + compute.result().name()
                    + "` has no gradient for `" + compute.operands().get(read).name() + "`: " + reason);
        };
    }

    private static boolean isCopy(Equation equation) {
        return equation.isMap() && equation.body() instanceof Scalar.Read && equation.reads().getFirst().equals(equation.write());
    }
}
