package pleat.passes.planner;

import java.util.List;

/**
 * The cheapest way at one price below one cap on transients.
 *
 * @param value  least weighted cost, {@link Bucket#INFINITE} if no choice is below the cap; then there is no draft
 * @param blocks the search of each block that it comes from
 */
record Sample(Weights weights, long value, Draft draft, List<BlockSearch> blocks) {
    boolean isEmpty() {
        return value >= Bucket.INFINITE;
    }
}
