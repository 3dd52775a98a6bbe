package pleat.frontend;

import java.util.Optional;
import pleat.ir.type.Dim;

/** A value known at compile time: a setting, or a size. */
public sealed interface ConfigValue {

    record Whole(long value) implements ConfigValue {
        @Override
        public String toString() {
            return Long.toString(value);
        }
    }

    record Real(double value) implements ConfigValue {
        @Override
        public String toString() {
            return Double.toString(value);
        }
    }

    record Truth(boolean value) implements ConfigValue {
        @Override
        public String toString() {
            return Boolean.toString(value);
        }
    }

    /** A size that is bound later: it can be the size of a dim, but arithmetic cannot use it. */
    record Symbolic(Dim.Symbol symbol) implements ConfigValue {
        @Override
        public String toString() {
            return symbol.name();
        }
    }

    static ConfigValue of(long value) {
        return new Whole(value);
    }

    static ConfigValue of(double value) {
        return new Real(value);
    }

    static ConfigValue of(boolean value) {
        return new Truth(value);
    }

    static ConfigValue of(Dim dim) {
        return switch (dim) {
            case Dim.Const(long extent) -> new Whole(extent);
            case Dim.Symbol symbol -> new Symbolic(symbol);
        };
    }

    /** What a user writes for a value: {@code 8}, {@code 1e-5}, {@code true}. */
    static Optional<ConfigValue> parse(String text) {
        if (text.equals("true") || text.equals("false")) {
            return Optional.of(of(text.equals("true")));
        }
        try {
            return Optional.of(text.matches("[+-]?[0-9]+") ? of(Long.parseLong(text)) : of(Double.parseDouble(text)));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    /** The value as a number, where it has one now: truth values are 1 and 0. */
    default Optional<Double> number() {
        return switch (this) {
            case Whole(long value) -> Optional.of((double) value);
            case Real(double value) -> Optional.of(value);
            case Truth(boolean value) -> Optional.of(value ? 1.0 : 0.0);
            case Symbolic _ -> Optional.empty();
        };
    }
}
