package pleat.passes.estimate;

/**
 * One step of a simulated run: a kernel, or a collective.
 *
 * @param what the name of the value that it makes
 * @param start in seconds from the beginning
 * @param liveBytes what is allocated while it runs
 */
public record Moment(String what, Stream stream, double start, double seconds, long liveBytes) {

    /** What is busy meanwhile. */
    public enum Stream {
        COMPUTE, COMMUNICATION
    }

    public double end() {
        return start + seconds;
    }
}
