package pleat.frontend.lower;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import pleat.frontend.check.EquationChecker;
import pleat.frontend.check.Formula;
import pleat.frontend.check.Formula.Affine;
import pleat.frontend.syntax.Expression;
import pleat.ir.tensor.Value;

/** Expressions that stand for a whole tensor: arguments, results, right sides without subscripts on the left. */
final class Values {
    private Values() {}

    /** @param name of the value in the IR where it is a new one; empty after a report */
    static Optional<Value> of(Expression expression, String name, Scope scope, FunctionBuilder builder) {
        return EquationChecker.check(expression, scope).map(checked -> same(checked)
                .orElseGet(() -> EquationLowering.lower(checked, name, builder, FunctionBuilder.location(expression.span()))));
    }

    /** A tensor that is only named, or the result of a call, is no new tensor. */
    private static Optional<Value> same(EquationChecker.Checked checked) {
        if (!(checked.right() instanceof Formula.Element element) || element.site().guarded()) {
            return Optional.empty();
        }
        List<Formula.ResolvedSubscript> read = element.subscripts();
        boolean whole = read.size() == checked.left().size() && IntStream.range(0, read.size()).allMatch(i ->
                read.get(i) instanceof Affine(var index) && index.equals(checked.left().get(i)));
        return whole ? Optional.of(element.tensor()) : Optional.empty();
    }
}
