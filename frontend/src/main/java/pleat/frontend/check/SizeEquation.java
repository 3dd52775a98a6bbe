package pleat.frontend.check;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import pleat.frontend.ConfigValue.Whole;
import pleat.frontend.ConfigValue;
import pleat.frontend.syntax.Expression;

/** Solves {@code expression = extent} for one name, where the expression is {@code a*name + b}. */
public final class SizeEquation {
    private SizeEquation() {}

    /** The positive whole solution, if there is one. */
    public static Optional<Long> solve(Expression expression, String name, long extent, Map<String, ConfigValue> known) {
        // Two points fix the line; the third shows whether it is one.
        var first = at(expression, name, 1, known);
        var second = at(expression, name, 2, known);
        var third = at(expression, name, 3, known);
        if (first.isEmpty() || second.isEmpty() || third.isEmpty()) {
            return Optional.empty();
        }
        try {
            long slope = Math.subtractExact(second.get(), first.get());
            boolean line = Math.subtractExact(third.get(), second.get()) == slope;
            long rest = Math.subtractExact(extent, Math.subtractExact(first.get(), slope));
            return line && slope != 0 && rest % slope == 0 && rest / slope >= 1 ? Optional.of(rest / slope) : Optional.empty();
        } catch (ArithmeticException _) {
            return Optional.empty();
        }
    }

    private static Optional<Long> at(Expression expression, String name, long value, Map<String, ConfigValue> known) {
        var values = new LinkedHashMap<>(known);
        values.put(name, ConfigValue.of(value));
        return new Constants(values, _ -> { }).evaluate(expression)
                .flatMap(result -> result instanceof Whole(long number) ? Optional.of(number) : Optional.empty());
    }
}
