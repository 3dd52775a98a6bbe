package pleat.frontend.syntax;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import java.util.OptionalInt;
import pleat.ir.diagnostic.Span;

/** An expression as it is written: the same syntax serves formulas, sizes and compile-time values. */
public sealed interface Expression {
    Span span();

    record IntLiteral(long value, Span span) implements Expression {}

    record RealLiteral(double value, Span span) implements Expression {}

    record BoolLiteral(boolean value, Span span) implements Expression {}

    record NameUse(Name name) implements Expression {
        @Override
        public Span span() {
            return name.span();
        }
    }

    record Unary(UnaryOperator operator, Expression operand, Span span) implements Expression {}

    record Binary(BinaryOperator operator, Expression left, Expression right, Span span) implements Expression {}

    record Call(Name callee, Arguments arguments, Span span) implements Expression {}

    /** {@code x?[i - 1, ..]}. */
    record Subscripted(Expression base, boolean guarded, ImmutableList<Subscript> subscripts, Span span) implements Expression {}

    /** {@code sum(k, c: 32) body}. */
    record Reduce(Reducer reducer, ImmutableList<ReducedAxis> axes, Expression body, Span span) implements Expression {}

    enum UnaryOperator {
        MINUS, NOT
    }

    enum BinaryOperator {
        ADD, SUBTRACT, MULTIPLY, DIVIDE, POWER, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL, EQUAL, NOT_EQUAL, AND, OR
    }

    enum Reducer {
        SUM, MAX, MIN, MEAN
    }

    /**
     * What stands in the parentheses of a call.
     *
     * @param carried how many of the positional ones stand before a semicolon, where there is one
     * @param shared how many stand before a second one
     */
    record Arguments(ImmutableList<Expression> positional, OptionalInt carried, OptionalInt shared, ImmutableList<Named> named) {}

    record Named(Name name, Expression value) {}

    sealed interface Subscript {
        Span span();
    }

    record RestSubscript(String name, Span span) implements Subscript {}

    record IndexSubscript(Expression index) implements Subscript {
        @Override
        public Span span() {
            return index.span();
        }
    }

    sealed interface ReducedAxis {
        Span span();
    }

    record RestReduced(String name, Span span) implements ReducedAxis {}

    record NamedReduced(Name name, Optional<Expression> extent) implements ReducedAxis {
        @Override
        public Span span() {
            return name.span();
        }
    }
}
