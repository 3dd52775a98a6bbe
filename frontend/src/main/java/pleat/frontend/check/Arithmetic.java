package pleat.frontend.check;

import pleat.frontend.ConfigValue.Whole;
import pleat.frontend.ConfigValue;
import pleat.frontend.syntax.Expression.BinaryOperator;

/** Compile-time arithmetic: exact on whole numbers while the result is whole, else in f64. */
final class Arithmetic {
    private Arithmetic() {}

    /** @throws ArithmeticException if a whole result does not fit */
    static ConfigValue apply(BinaryOperator operator, ConfigValue left, ConfigValue right) {
        return left instanceof Whole(long a) && right instanceof Whole(long b) ? whole(operator, a, b)
                : real(operator, left.number().orElseThrow(), right.number().orElseThrow());
    }

    private static ConfigValue whole(BinaryOperator operator, long left, long right) {
        return switch (operator) {
            case ADD -> ConfigValue.of(Math.addExact(left, right));
            case SUBTRACT -> ConfigValue.of(Math.subtractExact(left, right));
            case MULTIPLY -> ConfigValue.of(Math.multiplyExact(left, right));
            case DIVIDE -> right != 0 && left % right == 0 ? ConfigValue.of(Math.divideExact(left, right))
                    : ConfigValue.of((double) left / right);
            case POWER -> right >= 0 ? power(left, right) : ConfigValue.of(Math.pow(left, right));
            case LESS -> ConfigValue.of(left < right);
            case LESS_EQUAL -> ConfigValue.of(left <= right);
            case GREATER -> ConfigValue.of(left > right);
            case GREATER_EQUAL -> ConfigValue.of(left >= right);
            case EQUAL, NOT_EQUAL, AND, OR -> throw new IllegalStateException("operator " + operator);
        };
    }

    private static ConfigValue power(long base, long exponent) {
        if (base == 0 || base == 1 || exponent == 0) {
            return ConfigValue.of(exponent == 0 ? 1 : base);
        }
        long result = 1;
        // Any other base leaves 64 bits, and so this loop, after 64 turns.
        for (long i = 0; i < exponent; i++) {
            if (base == -1 && i == 2) {
                return ConfigValue.of(exponent % 2 == 0 ? 1L : -1L);
            }
            result = Math.multiplyExact(result, base);
        }
        return ConfigValue.of(result);
    }

    private static ConfigValue real(BinaryOperator operator, double left, double right) {
        return switch (operator) {
            case ADD -> ConfigValue.of(left + right);
            case SUBTRACT -> ConfigValue.of(left - right);
            case MULTIPLY -> ConfigValue.of(left * right);
            case DIVIDE -> ConfigValue.of(left / right);
            case POWER -> ConfigValue.of(Math.pow(left, right));
            case LESS -> ConfigValue.of(left < right);
            case LESS_EQUAL -> ConfigValue.of(left <= right);
            case GREATER -> ConfigValue.of(left > right);
            case GREATER_EQUAL -> ConfigValue.of(left >= right);
            case EQUAL, NOT_EQUAL, AND, OR -> throw new IllegalStateException("operator " + operator);
        };
    }
}
