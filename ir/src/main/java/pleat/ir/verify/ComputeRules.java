package pleat.ir.verify;

import java.util.LinkedHashSet;
import java.util.Set;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.Tile;
import pleat.ir.kernel.TileOp;

/** A formula over tiles: it uses all its operands and nothing else, and what it reduces has something to combine it. */
final class ComputeRules {
    private ComputeRules() {}

    /** The axes that a body names. */
    static Set<Integer> axesOf(Scalar body) {
        var axes = new LinkedHashSet<Integer>();
        body.visit(node -> {
            switch (node) {
                case Scalar.Position(int axis) -> axes.add(axis);
                case Scalar.Extent(int axis) -> axes.add(axis);
                case Scalar.Const _, Scalar.Read _, Scalar.Unary _, Scalar.Binary _, Scalar.Select _ -> {
                }
            }
        });
        return axes;
    }

    static void check(TileOp.Compute op, Kernel kernel, Findings findings) {
        var space = new LinkedHashSet<>(op.result().axes());
        op.operands().forEach(operand -> space.addAll(operand.axes()));
        var used = new LinkedHashSet<Integer>();
        op.body().visit(node -> {
            switch (node) {
                case Scalar.Read(int read) -> used.add(read);
                case Scalar.Position(int axis) -> {
                    if (!space.contains(axis)) {
                        findings.report(KernelCode.BODY, op, "the position along `%s` is used, but neither the result nor an operand has that axis",
                                kernel.axes().get(axis).name());
                    }
                }
                case Scalar.Extent _, Scalar.Const _, Scalar.Unary _, Scalar.Binary _, Scalar.Select _ -> {
                }
            }
        });
        operands(op, used, findings);
        space.removeAll(op.result().axes());
        reduction(op, space, kernel, findings);
    }

    private static void operands(TileOp.Compute op, Set<Integer> used, Findings findings) {
        for (int read : used) {
            if (read < 0 || read >= op.operands().size()) {
                findings.report(KernelCode.BODY, op, "the formula has read %s, but only %s operands", read, op.operands().size());
            }
        }
        for (int o = 0; o < op.operands().size(); o++) {
            // The text has no place for it, and its axes would be reduced.
            if (!used.contains(o)) {
                findings.report(KernelCode.BODY, op, "operand `%%%s` is not used", op.operands().get(o).name());
            }
        }
    }

    private static void reduction(TileOp.Compute op, Set<Integer> reduced, Kernel kernel, Findings findings) {
        boolean combines = !(op.reduction() instanceof Reduction.None);
        if (!combines && !reduced.isEmpty()) {
            findings.report(KernelCode.BODY, op, "the result lacks axis `%s` of an operand, and nothing combines its positions",
                    kernel.axes().get(reduced.iterator().next()).name());
        }
        op.init().ifPresent(init -> {
            if (!combines) {
                findings.report(KernelCode.BODY, op, "nothing combines the result with `%%%s`", init.name());
            }
            if (!sameAxes(init, op.result())) {
                findings.report(KernelCode.TILE_AXES, op, "`%%%s` starts `%%%s`, but has other axes", init.name(), op.result().name());
            }
        });
    }

    private static boolean sameAxes(Tile a, Tile b) {
        return new LinkedHashSet<>(a.axes()).equals(new LinkedHashSet<>(b.axes()));
    }
}
