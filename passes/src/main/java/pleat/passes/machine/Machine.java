package pleat.passes.machine;

import java.util.Optional;

/**
 * What plans are priced on: devices of one kind, and what joins them. Everything is in bytes, seconds and operations.
 *
 * @param name what {@code --machine} calls it
 * @param origin where its figures are from
 * @param interval how far estimates may be off
 * @param timed of a machine that Pleat has run on
 */
public record Machine(String name, Origin origin, Device device, Fabric fabric, Interval interval, Optional<Timed> timed) {

    /** That Pleat has not run on. */
    public Machine(String name, Origin origin, Device device, Fabric fabric, Interval interval) {
        this(name, origin, device, fabric, interval, Optional.empty());
    }

    /** With figures that no run was compared with. */
    public Machine(String name, Origin origin, Device device, Fabric fabric) {
        this(name, origin, device, fabric, Interval.UNCHECKED);
    }

    /**
     * Between which multiples of an estimate times are expected to lie.
     *
     * @param low at most 1
     * @param high at least 1
     */
    public record Interval(double low, double high) {
        /** A guess: efficiencies of kernels differ by about so much. */
        public static final Interval UNCHECKED = new Interval(0.7, 1.6);
    }

    /** How far figures can be trusted. */
    public enum Kind {
        /** Of a vendor; what programs reach is less, by {@link Device#efficiency}. */
        DATASHEET,
        /** Timed on such a machine, the collectives at least. */
        MEASURED,
        /** Effective figures, chosen so that published times of whole runs come out. */
        FITTED
    }

    /** @param date when they were taken or published, as in {@code 2023-06-30}; empty if that is not known */
    public record Origin(Kind kind, String source, String date) {}
}
