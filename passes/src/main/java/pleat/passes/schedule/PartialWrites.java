package pleat.passes.schedule;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.IntStream;
import pleat.ir.derive.Subscripts;
import pleat.ir.diagnostic.UserException;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Op.Compute;
import pleat.ir.tensor.Value;

/** Equations whose write leaves places out, such as the adjoint of {@code m[0, i]}: memory is not empty, so those places are filled first. */
final class PartialWrites {
    private PartialWrites() {}

    /** Whether every place of the result is written, and by one program each. */
    static boolean writesAll(Compute op) {
        var equation = op.equation();
        if (!Subscripts.isInjective(equation.write(), equation.axes())) {
            throw new UserException("`" + op.result().name() + "` adds several points into one element through its left side, which has no native code"
                    + "\n  = help: write it with subscripts on the right side, or run it with `--via interpreter`");
        }
        return Subscripts.isBijective(equation.write(), equation.axes(), equation.dims());
    }

    /** An equation that writes the reduction's identity everywhere. */
    static Compute fill(Compute op) {
        var dims = op.equation().dims();
        var axes = IntStream.range(0, dims.size()).mapToObj(d -> new Axis("i" + d, dims.get(d))).toList();
        var equation = Equation.of(axes, axes.size(), List.of(), Reduction.NONE, Scalar.of(op.equation().reduction().identity()));
        return new Compute(new Value(op.result().name() + ".fill", op.result().type()), equation, ImmutableList.of(), op.location());
    }
}
