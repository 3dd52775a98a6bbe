package pleat.codegen.cpu;

/**
 * Decides which stores go past the caches. A line that is overwritten as a whole need not be read from memory first, which saves half of the
 * traffic; but what the next kernel reads soon should stay near.
 */
final class Streaming {
    /** A buffer larger than this share of the last level has left it before the next kernel comes to its beginning. */
    private static final long SHARE = 6;

    private Streaming() {}

    static boolean isStreamed(TargetText.Target target, KernelText k) {
        return switch (target) {
            case TargetText.Target.Tile _ -> false;
            case TargetText.Target.InBuffer(int buffer, _) -> k.kernel.parameters().get(buffer).type().bytes() > k.target.caches().l3Bytes() / SHARE;
        };
    }
}
