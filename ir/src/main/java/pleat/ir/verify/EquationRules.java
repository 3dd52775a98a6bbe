package pleat.ir.verify;

import java.util.stream.IntStream;
import pleat.ir.index.Access;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/** Every point of an equation's box reads inside the operands and writes inside the result, and no value is lost. */
final class EquationRules {
    private final Op.Compute op;
    private final Equation equation;
    private final Findings findings;

    private EquationRules(Op.Compute op, Findings findings) {
        this.op = op;
        this.equation = op.equation();
        this.findings = findings;
    }

    static void check(Function function, Findings findings) {
        for (Op op : function.body()) {
            if (op instanceof Op.Compute compute) {
                new EquationRules(compute, findings).check();
            }
        }
    }

    private void check() {
        if (!op.result().type().dims().equals(equation.dims())) {
            findings.report(VerifyCode.RESULT_TYPE, op, "`%%%s` is of type `%s`, but the formula gives `%s`", op.result().name(),
                    op.result().type(), new TensorType(op.result().type().dtype(), equation.dims()));
        }
        IntStream.range(0, equation.reads().size()).forEach(this::checkRead);
        IntStream.range(0, equation.dims().size()).forEach(this::checkWrite);
        if (equation.reduction() instanceof Reduction.None) {
            checkNothingIsLost();
        }
    }

    private void checkRead(int read) {
        Access access = equation.reads().get(read);
        Value operand = op.operands().get(read);
        if (access.rank() != operand.type().rank()) {
            findings.report(VerifyCode.RANK, op, "`%%%s` of type `%s` is read with %s subscripts", operand.name(), operand.type(),
                    access.rank());
            return;
        }
        for (int dim = 0; dim < access.rank() && !access.guarded(); dim++) {
            Dim extent = operand.type().dims().get(dim);
            var reach = Reach.of(access.subscripts().get(dim), equation.axes());
            if (!reach.staysInside(extent)) {
                findings.report(VerifyCode.READ_OUTSIDE, op, "dim %s of `%%%s` has extent %s, but the read reaches %s", dim,
                        operand.name(),
                        extent, reach);
            }
        }
    }

    private void checkWrite(int dim) {
        Index subscript = equation.write().subscripts().get(dim);
        Dim extent = equation.dims().get(dim);
        if (subscript.bareAxis().isPresent()) {
            Dim axis = equation.axes().get(subscript.bareAxis().getAsInt()).extent();
            if (!axis.equals(extent)) {
                findings.report(VerifyCode.WRITE_OUTSIDE, op,
                        "dim %s of the result has extent %s, but the axis that writes it has %s", dim,
                        extent, axis);
            }
            return;
        }
        var reach = Reach.of(subscript, equation.axes());
        if (!reach.staysInside(extent)) {
            findings.report(VerifyCode.WRITE_OUTSIDE, op, "dim %s of the result has extent %s, but the write reaches %s", dim,
                    extent, reach);
        }
    }

    private void checkNothingIsLost() {
        var undecided = Injectivity.undecided(equation);
        if (!undecided.isEmpty()) {
            var axis = equation.axes().get(undecided.getFirst());
            findings.report(VerifyCode.WRITTEN_TWICE, op,
                    "two positions of axis `%s` may write the same place, and nothing combines them",
                    axis.name());
        }
    }
}
