package pleat.runtime.emulator;

/** Where addresses of the several memories lie; the generic address of one is its address plus the base of its window. */
final class Spaces {
    /** The address of the first byte of shared, local and parameter memory; not 0, so that a null pointer is never right. */
    static final long FIRST = 0x100_0000L;
    static final long SHARED_WINDOW = 1L << 46;
    static final long LOCAL_WINDOW = 1L << 47;
    static final long PARAMETER_WINDOW = 1L << 48;

    private Spaces() {}

    static long window(String space) {
        return switch (space) {
            case "shared" -> SHARED_WINDOW;
            case "local" -> LOCAL_WINDOW;
            case "param" -> PARAMETER_WINDOW;
            case "global", "const" -> 0;
            default -> throw new PtxSyntax("no memory is called ." + space);
        };
    }
}
