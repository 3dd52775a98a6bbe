package pleat.runtime.device;

/** Whether a native library is there and answers; nothing is kept of it, so probing twice is safe. */
public sealed interface Probe {
    /** It is there, and says so of itself. */
    record Found(String description) implements Probe {}

    /** It is not there or does not answer, for this reason. */
    record Absent(String reason) implements Probe {}
}
