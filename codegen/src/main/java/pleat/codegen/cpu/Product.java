package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;

/**
 * {@code c[rows, columns] (+)= sum over k of a[rows, k] * b[k, columns]} for every point of the outer axes, and summed over every point of
 * the outer summed axes.
 */
record Product(Left a, Right b, Home c, Runs runs, boolean accumulates) {

    /** The factor that is read one element at a time. */
    record Left(Leaf leaf, ImmutableList<Long> strides) {}

    /**
     * The factor that is read in vectors.
     *
     * @param base where it lies: a leaf in place, or packed panels
     * @param strides of the axes that are not columns
     * @param panelStride elements from one panel of columns to the next
     */
    record Right(Base base, ImmutableList<Long> strides, long panelStride) {}

    /** Where the vector side lies. */
    sealed interface Base {
        record InPlace(Leaf leaf) implements Base {}

        record Packed(Slot slot) implements Base {}
    }

    /**
     * Axes by the part they play, each list outermost first; the neighbouring axes of {@code rows}, {@code columns} and {@code depth} compose
     * to one run each, and what does not is walked by loops.
     */
    record Runs(ImmutableList<Integer> rows, ImmutableList<Integer> columns, ImmutableList<Integer> depth, ImmutableList<Integer> outer,
            ImmutableList<Integer> outerDepth) {}
}
