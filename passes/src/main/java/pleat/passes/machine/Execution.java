package pleat.passes.machine;

import java.util.Locale;

/** How a program is executed, which decides what its ops cost and what memory they need. */
public enum Execution {
    /** As Pleat does: fused kernels, and every buffer at a place in one arena. */
    PLEAT,
    /** As a framework does that runs one kernel for each of its ops and takes memory from a caching allocator. */
    EAGER;

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
