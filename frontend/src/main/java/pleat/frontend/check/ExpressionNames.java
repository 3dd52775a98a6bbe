package pleat.frontend.check;

import java.util.Set;
import java.util.function.Consumer;
import pleat.frontend.syntax.Expression;
import pleat.frontend.syntax.Expression.Binary;
import pleat.frontend.syntax.Expression.BoolLiteral;
import pleat.frontend.syntax.Expression.Call;
import pleat.frontend.syntax.Expression.IntLiteral;
import pleat.frontend.syntax.Expression.NameUse;
import pleat.frontend.syntax.Expression.RealLiteral;
import pleat.frontend.syntax.Expression.Reduce;
import pleat.frontend.syntax.Expression.Subscripted;
import pleat.frontend.syntax.Expression.Unary;
import pleat.frontend.syntax.Name;

/**
 * Finds the names of a formula: those that are values, and those that are called. A bare name in a subscript, or the argument of
 * {@code pos} and {@code extent}, may be an axis; it is only {@code mentioned}.
 * {@code axis} is told the axes of a reduction before the names in it.
 */
record ExpressionNames(Consumer<Name> value, Consumer<Name> called, Consumer<String> mentioned, Consumer<String> axis) {
    private static final Set<String> OF_AXIS = Set.of("pos", "extent");

    void visit(Expression expression) {
        switch (expression) {
            case IntLiteral _, RealLiteral _, BoolLiteral _ -> {
            }
            case NameUse(Name name) -> value.accept(name);
            case Unary unary -> visit(unary.operand());
            case Binary binary -> {
                visit(binary.left());
                visit(binary.right());
            }
            case Call call -> {
                called.accept(call.callee());
                if (!OF_AXIS.contains(call.callee().text())) {
                    call.arguments().positional().forEach(this::visit);
                    call.arguments().named().forEach(named -> visit(named.value()));
                }
            }
            case Subscripted subscripted -> {
                visit(subscripted.base());
                subscripted.subscripts().forEach(this::subscript);
            }
            case Reduce reduce -> {
                reduce.axes().forEach(reduced -> {
                    if (reduced instanceof Expression.NamedReduced(Name name, _)) {
                        axis.accept(name.text());
                    }
                });
                visit(reduce.body());
            }
        }
    }

    private void subscript(Expression.Subscript subscript) {
        switch (subscript) {
            case Expression.RestSubscript _ -> {
            }
            case Expression.IndexSubscript(Expression index) -> index(index);
        }
    }

    private void index(Expression index) {
        switch (index) {
            case NameUse(Name name) -> mentioned.accept(name.text());
            case Unary unary -> index(unary.operand());
            case Binary binary -> {
                index(binary.left());
                index(binary.right());
            }
            case Call _, Subscripted _, Reduce _ -> visit(index);
            case IntLiteral _, RealLiteral _, BoolLiteral _ -> {
            }
        }
    }
}
