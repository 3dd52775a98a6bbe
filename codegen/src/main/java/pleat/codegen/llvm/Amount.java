package pleat.codegen.llvm;

/**
 * A distance or extent in elements: known while generating code, so that it folds into instructions, or an argument of the
 * generated function.
 */
public sealed interface Amount {
    /** Known now. */
    record Constant(long elements) implements Amount {
        public Constant {
            if (elements < 0) {
                throw new IllegalArgumentException("an amount of " + elements);
            }
        }
    }

    /** Passed at each call. */
    record Runtime() implements Amount {}

    static Amount of(long elements) {
        return new Constant(elements);
    }

    static Amount runtime() {
        return new Runtime();
    }

    /** The value in LLVM text, where {@code argument} names the function's parameter. */
    default String operand(String argument) {
        return switch (this) {
            case Constant(long elements) -> Long.toString(elements);
            case Runtime() -> argument;
        };
    }

    /** What tells two generated functions apart. */
    default String mark() {
        return switch (this) {
            case Constant(long elements) -> Long.toString(elements);
            case Runtime() -> "x";
        };
    }
}
