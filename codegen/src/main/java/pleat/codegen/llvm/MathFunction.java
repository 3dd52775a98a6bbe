package pleat.codegen.llvm;

import java.util.Locale;

/**
 * A function of one argument, as generated code: branch-free but for huge angles, without tables or calls of a library.
 * Errors against the exact value, in units of the last place: f32 at most 2 for every input, f64 at most 4.
 * NaN gives NaN; infinities, overflow and results below the normal range are as IEEE 754 has them, except where said.
 */
public enum MathFunction {
    /** e to the power of x. */
    EXP,
    /**
     * The exponential of softmax, half the work of {@link #EXP}: x is at most 80, and a result below the smallest normal number
     * is 0, as is that of negative infinity.
     */
    EXP_NOT_POSITIVE,
    /** Two to the power of x. */
    EXP2,
    /** The natural logarithm; of a negative number NaN. */
    LOG,
    /**
     * {@code 1 / (1 + exp(-x))}, as accurate for a very negative x, where it is near {@code exp(x)}; below the normal
     * range it is 0.
     */
    SIGMOID,
    /** The hyperbolic tangent. */
    TANH,
    /** The square root, correctly rounded. */
    SQRT,
    /** {@code 1 / sqrt(x)} from two correctly rounded operations. */
    RSQRT,
    /** The sine of radians, of any size; the sign of a zero is lost. */
    SIN,
    /** The cosine of radians, of any size. */
    COS;

    /** Name of the function {@code T (T)} over these lanes, which is added to the module on first demand. */
    public String in(ModuleText module, Lanes lanes) {
        String name = "@pleat.%s.%s".formatted(name().toLowerCase(Locale.ROOT), lanes.suffix());
        return module.define(name, () -> {
            var f = new FunctionText("define internal %1$s %2$s(%1$s %%x) alwaysinline nounwind".formatted(lanes.type(), name));
            f.label("entry");
            f.line("ret %s %s", lanes.type(), body(new LaneText(module, f, lanes), f, module));
            return f.close();
        });
    }

    private String body(LaneText t, FunctionText f, ModuleText module) {
        return switch (this) {
            case EXP -> Exponentials.exp(t, "%x");
            case EXP_NOT_POSITIVE -> Exponentials.expNotPositive(t, "%x");
            case EXP2 -> Exponentials.exp2(t, "%x");
            case LOG -> Logarithms.log(t, "%x");
            case SIGMOID -> Exponentials.sigmoid(t, "%x");
            case TANH -> Exponentials.tanh(t, "%x");
            case SQRT -> t.sqrt("%x");
            case RSQRT -> t.div(t.constant(1), t.sqrt("%x"));
            case SIN -> Angles.sine(t, Angles.reduce(t, f, module, "%x"), 0);
            case COS -> Angles.sine(t, Angles.reduce(t, f, module, "%x"), 1);
        };
    }
}
