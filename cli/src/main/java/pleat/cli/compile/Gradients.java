package pleat.cli.compile;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import pleat.passes.recompute.Recomputation;

/**
 * The gradients that are asked for, and what is kept for them.
 *
 * @param patterns of {@link pleat.passes.grad.Differentiate}; none: outputs only
 * @param recomputation what is kept and what is computed again; empty: as the memory budget has it
 */
public record Gradients(ImmutableList<String> patterns, Optional<Recomputation> recomputation) {
    /** Outputs only. */
    public static final Gradients NONE = of(ImmutableList.of());

    /** Those of all floating inputs and weights. */
    public static final Gradients ALL = of(ImmutableList.of("*"));

    public static Gradients of(Iterable<String> patterns) {
        return new Gradients(ImmutableList.copyOf(patterns), Optional.empty());
    }

    public boolean isEmpty() {
        return patterns.isEmpty();
    }

    public Gradients with(Recomputation chosen) {
        return new Gradients(patterns, Optional.of(chosen));
    }

    /** What is computed again where neither the user nor a budget says anything: every iteration, from its start. */
    public Recomputation chosen() {
        return recomputation.orElse(Recomputation.OF_ITERATIONS);
    }

    /** The part of a cache key that these are. */
    String key() {
        return patterns + " " + recomputation.map(Recomputation::text).orElse("to fit");
    }
}
