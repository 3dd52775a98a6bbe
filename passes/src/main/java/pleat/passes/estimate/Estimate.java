package pleat.passes.estimate;

import java.util.List;

/**
 * What one step on one device takes.
 *
 * @param peakBytes largest sum of what is allocated
 * @param sentBytes to other devices
 * @param recomputeFlops operations that were done before
 * @param moments all that happens, in order
 */
public record Estimate(double seconds, long peakBytes, long sentBytes, long recomputeFlops, List<Moment> moments) {}
