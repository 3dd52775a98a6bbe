package pleat.passes;

import static pleat.passes.Pass.gives;
import static pleat.passes.Pass.needs;

import pleat.ir.index.Scalar;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;

/** Drops the marks that stop gradients; right once no gradient is to be taken any more.  {@code stop(m[i])  ->  m[i]} */
public final class DropStops {
    public static final Pass PASS = new Pass("drop-stops", "Drops the marks that stop gradients.", needs(Invariant.NORMAL_FORM),
            gives(),
            DropStops::run);

    private DropStops() {}

    private static TensorModule run(TensorModule module) {
        return Rebuild.eachCompute(module, DropStops::run);
    }

    private static Op.Compute run(Op.Compute compute) {
        var equation = compute.equation();
        var body = equation.body().rewrite(node -> node instanceof Scalar.Unary(Scalar.Fn1 fn, Scalar operand)
                && fn == Scalar.Fn1.STOP ? operand : node);
        return body.equals(equation.body()) ? compute
                : new Op.Compute(compute.result(), new pleat.ir.index.Equation(equation.axes(), equation.reads(),
                equation.target(),
                        equation.reduction(), body), compute.operands(), compute.location());
    }
}
