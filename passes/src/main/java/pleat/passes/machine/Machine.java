package pleat.passes.machine;

/**
 * What plans are priced on: devices of one kind, and what joins them. Everything is in bytes, seconds and operations.
 *
 * @param name what {@code --machine} calls it
 * @param origin where its figures are from
 */
public record Machine(String name, Origin origin, Device device, Fabric fabric) {

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
