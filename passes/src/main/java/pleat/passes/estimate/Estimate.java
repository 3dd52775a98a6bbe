package pleat.passes.estimate;

import java.util.List;

/**
 * What one step on one device takes.
 *
 * @param peakBytes largest sum of what is allocated
 * @param sentBytes to other devices
 * @param recomputeFlops operations that were done before
 * @param moments all that happens, in order
 * @param tally how often what happens
 */
public record Estimate(double seconds, long peakBytes, long sentBytes, long recomputeFlops, List<Moment> moments, Tally tally) {

    /** Of a run that nobody will price again. */
    public Estimate(double seconds, long peakBytes, long sentBytes, long recomputeFlops, List<Moment> moments) {
        this(seconds, peakBytes, sentBytes, recomputeFlops, moments, new Tally());
    }
}
