package pleat.passes.machine;

import java.util.Locale;
import pleat.ir.derive.Products;
import pleat.ir.index.Equation;

/** Kernels that reach about the same part of what a device can do. */
public enum Family {
    /** Sums of products that have more points than any operand has elements: matrix products. */
    PRODUCT,
    /** Everything else that combines several points: norms, softmax, sums. */
    REDUCTION,
    /** Each point by itself, copies and moves included. */
    MAP;

    public static Family of(Equation equation) {
        return Products.flops(equation) > 0 ? PRODUCT : equation.isMap() ? MAP : REDUCTION;
    }

    /** The word in machine files: {@code product}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
