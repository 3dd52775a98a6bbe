package pleat.passes.planner;

import java.math.BigInteger;
import java.util.List;

/**
 * A window of transient peaks, with what is known of the plans in it.
 *
 * @param window    with the multiplier whose bound is the best
 * @param bound     of the time of the plans in the window, without the fixed time; {@link Certificate#NOTHING_FITS} if there are none
 * @param best      the sample that has the bound
 * @param samples   the two between which the best price was found: too many saved bytes, and few enough; or one
 */
record Node(Certificate.Window window, long bound, Sample best, List<Sample> samples, List<Sample> all, boolean exhausted) {
    /** The one that saves too much, if there are two. */
    Sample many() {
        return samples.getFirst();
    }

    Sample few() {
        return samples.getLast();
    }

    /** The same window when the search has looked at everything in it that the bound leaves open. */
    Node withNothingLeft() {
        return new Node(window, bound, best, samples, all, true);
    }

    /** The part of the window from so many bytes on, with the same price: fewer bytes are left to save. */
    Node from(long bytes, long capacity) {
        long above = timeBound(best.weights(), best.value(), capacity - bytes);
        return new Node(new Certificate.Window(bytes, window.toBytes(), window.timeWeight(), window.byteWeight(), window.value(), above, window.granule(),
                window.watched()), above, best, samples, all, false);
    }

    /** A lower bound for the time, from one sample. */
    static long timeBound(Weights weights, long value, long savedLimit) {
        if (value >= Bucket.INFINITE || savedLimit < 0) {
            return Certificate.NOTHING_FITS;
        }
        var rest = BigInteger.valueOf(value).subtract(BigInteger.valueOf(weights.bytes()).multiply(BigInteger.valueOf(savedLimit)));
        if (weights.time() == 0) {
            return rest.signum() > 0 ? Certificate.NOTHING_FITS : 0;
        }
        var time = BigInteger.valueOf(weights.time());
        return rest.signum() <= 0 ? 0 : rest.add(time).subtract(BigInteger.ONE).divide(time).longValueExact();
    }
}
