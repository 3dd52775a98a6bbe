package pleat.passes.grad;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import pleat.ir.diagnostic.UserException;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.index.Scalar.Fn2;
import pleat.ir.mesh.Split;
import pleat.ir.mesh.Transfer;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;

/**
 * The adjoint of a collective, which is a collective or an equation. An equal value has the same adjoint on all devices; the adjoint of an
 * own value is each device's.
 */
public final class CollectiveAdjoint {
    private CollectiveAdjoint() {}

    /** What brings the adjoint of the result to the operand; empty if an equation does. */
    public static Optional<Transfer> of(Transfer transfer) {
        return switch (transfer) {
            case Transfer.AllGather(Split split, boolean equal) -> Optional.of(equal ? new Transfer.Slice(split) : new Transfer.ReduceScatter(split, Reduction.SUM));
            case Transfer.ReduceScatter(Split split, _) -> Optional.of(new Transfer.AllGather(split, false));
            case Transfer.AllReduce(String axis, Reduction reduction) -> reduction instanceof Reduction.Sum ? Optional.of(new Transfer.Vary(axis)) : Optional.empty();
            case Transfer.AllToAll(Split split, Split to) -> Optional.of(new Transfer.AllToAll(to, split));
            case Transfer.Halo(Split split, long before, long after) -> Optional.of(new Transfer.FoldHalo(split, before, after));
            case Transfer.FoldHalo(Split split, long before, long after) -> Optional.of(new Transfer.Halo(split, before, after));
            case Transfer.Vary(String axis) -> Optional.of(new Transfer.AllReduce(axis, Reduction.SUM));
            case Transfer.Slice(Split split) -> Optional.of(new Transfer.AllGather(split, true));
        };
    }

    /** The op that makes the operand's adjoint of the result's. */
    static Op of(Op.Collective op, Value adjoint) {
        if (op.transfer() instanceof Transfer.ReduceScatter(_, Reduction reduction) && !(reduction instanceof Reduction.Sum)) {
            throw new UserException("`%" + op.result().name() + "` has no gradient: what is combined by " + reduction.text()
                    + " and scattered is not known to the devices that it came from");
        }
        var result = new Value("d_" + op.operand().name(), op.operand().type());
        return of(op.transfer()).<Op>map(transfer -> new Op.Collective(result, transfer, adjoint, op.location()))
                .orElseGet(() -> whereAttained(op, result, adjoint));
    }

    /** As in an equation: every element that attains the largest gets the adjoint. */
    private static Op whereAttained(Op.Collective op, Value result, Value adjoint) {
        int rank = result.type().rank();
        var axes = IntStream.range(0, rank).mapToObj(d -> new Axis("i" + d, result.type().dims().get(d))).toList();
        var plain = Access.bare(IntStream.range(0, rank).toArray());
        var attained = new Scalar.Binary(Fn2.EQ, Scalar.read(1), Scalar.read(2));
        var equation = Equation.of(axes, rank, List.of(plain, plain, plain), Reduction.NONE, Scalar.read(0).times(attained));
        return new Op.Compute(result, equation, ImmutableList.of(adjoint, op.operand(), op.result()), op.location());
    }
}
