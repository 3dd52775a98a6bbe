package pleat.frontend.check;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pleat.frontend.syntax.Expression.Call;
import pleat.frontend.syntax.Item.ScalarFunction;
import pleat.ir.diagnostic.Diagnostic;

/** The call of a scalar function: its arguments are put into its body. */
final class ScalarCall {
    /** Functions that call functions this deep call themselves. */
    static final int MAX_DEPTH = 32;

    private ScalarCall() {}

    static Optional<ScalarFunction> checked(ScalarFunction function, Call call, EquationScope scope) {
        int given = call.arguments().positional().size();
        if (given == function.parameters().size() && call.arguments().named().isEmpty() && call.arguments().carried().isEmpty()) {
            return Optional.of(function);
        }
        scope.fail(Diagnostic.of(CheckCode.WRONG_COUNT, call.span(), "`%s` takes %d arguments and gets %d", function.name(),
                function.parameters().size(), given + call.arguments().named().size()).label(function.name().span(),
                "defined here"));
        return Optional.empty();
    }

    static Map<String, Formula> substitution(ScalarFunction function, List<Formula> arguments) {
        var substitution = new LinkedHashMap<String, Formula>();
        for (int i = 0; i < arguments.size(); i++) {
            substitution.put(function.parameters().get(i).text(), arguments.get(i));
        }
        return substitution;
    }
}
