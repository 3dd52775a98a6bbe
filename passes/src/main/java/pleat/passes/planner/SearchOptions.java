package pleat.passes.planner;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.OptionalLong;

/**
 * When a search may stop. Effort is counted and not timed, so that equal problems have equal plans.
 *
 * @param gap     the plan may be this part of its time above the bound
 * @param samples at most so many prices and caps are tried; then the bound is what it is
 * @param goalPicos whether a plan takes so long at most is all that is asked: the search ends once it knows, with a bound as good as it is then
 */
public record SearchOptions(double gap, int samples, OptionalLong goalPicos) {
    /** A tenth of the percent that is promised. */
    public static final SearchOptions DEFAULT = new SearchOptions(1e-3, 120);

    /** Goes on until nothing is left to prove, which only small problems reach. */
    public static final SearchOptions EXACT = new SearchOptions(0, 20_000);

    public SearchOptions(double gap, int samples) {
        this(gap, samples, OptionalLong.empty());
    }

    public SearchOptions {
        checkArgument(gap >= 0 && samples > 0, "the gap is negative or there is no effort");
    }

    public SearchOptions withGoal(long picos) {
        return new SearchOptions(gap, samples, OptionalLong.of(picos));
    }
}
