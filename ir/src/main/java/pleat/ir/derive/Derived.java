package pleat.ir.derive;

import java.util.function.Function;

/** What a derivation answers: the fact, or the reason why there is none. */
public sealed interface Derived<T> {

    record Yes<T>(T value) implements Derived<T> {}

    /** @param reason what is true of the equation that rules the derivation out, for people */
    record No<T>(String reason) implements Derived<T> {}

    static <T> Derived<T> yes(T value) {
        return new Yes<>(value);
    }

    static <T> Derived<T> no(String format, Object... arguments) {
        return new No<>(String.format(format, arguments));
    }

    default boolean isYes() {
        return this instanceof Yes<T>;
    }

    default <U> Derived<U> map(Function<? super T, ? extends U> function) {
        return switch (this) {
            case Yes<T>(T value) -> new Yes<>(function.apply(value));
            case No<T>(String reason) -> new No<>(reason);
        };
    }

    default <U> Derived<U> then(Function<? super T, Derived<U>> function) {
        return switch (this) {
            case Yes<T>(T value) -> function.apply(value);
            case No<T>(String reason) -> new No<>(reason);
        };
    }

    /** The value where the caller has established that there is one; a refusal here is a bug. */
    default T orThrow() {
        return switch (this) {
            case Yes<T>(T value) -> value;
            case No<T>(String reason) -> throw new IllegalStateException(reason);
        };
    }
}
