package pleat.cli.compile;

import com.google.common.collect.ImmutableList;
import pleat.passes.grad.KeepSet;

/**
 * The gradients that are asked for, and what is kept for them.
 *
 * @param patterns of {@link pleat.passes.grad.Differentiate}; none: outputs only
 * @param keep what repetitions collect, so that the way back does not compute it again
 */
public record Gradients(ImmutableList<String> patterns, KeepSet keep) {
    /** Outputs only. */
    public static final Gradients NONE = new Gradients(ImmutableList.of(), KeepSet.NONE);

    /** Those of all floating inputs and weights. */
    public static final Gradients ALL = new Gradients(ImmutableList.of("*"), KeepSet.NONE);

    public boolean isEmpty() {
        return patterns.isEmpty();
    }

    public Gradients keeping(KeepSet other) {
        return new Gradients(patterns, other);
    }

    /** The part of a cache key that these are. */
    String key() {
        return patterns + " keep=" + keep.text();
    }
}
