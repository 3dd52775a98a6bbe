package pleat.runtime.emulator;

import java.util.Arrays;
import pleat.runtime.emulator.Finding.Kind;

/**
 * Which thread wrote each grain of shared memory last, and how many fences it had passed: units that read shared memory by themselves see only what its
 * writer has let them see since, by {@code fence.proxy.async}.
 */
final class ProxyWrites {
    private static final int THREAD_BITS = 10;

    /** The fences of the writer, plus 1, then the writer; 0 where nothing was written. */
    private long[] written = new long[0];
    private int grains;
    private int grainBits;

    /** As a launch wants it; without grains nothing is recorded. */
    void resize(int newGrains, int newGrainBits) {
        grains = newGrains;
        grainBits = newGrainBits;
        if (written.length < grains) {
            written = new long[grains];
        }
    }

    void begin() {
        Arrays.fill(written, 0, grains, 0);
    }

    void write(Warp warp, int lane, int address, int count) {
        if (grains > 0) {
            long stamp = (warp.fences[lane] + 1L) << THREAD_BITS | warp.index * Row.LANES + lane;
            Arrays.fill(written, address >> grainBits, (address + count - 1 >> grainBits) + 1, stamp);
        }
    }

    /** As {@link SharedMemory#checkReads}, by a unit that reads by itself. */
    void check(Warp warp, int lanes, int count) {
        int i = 0;
        for (int rest = lanes; rest != 0; rest &= rest - 1, i++) {
            checkBytes(warp, (int) (warp.addresses[i] - Space.FIRST), count);
        }
    }

    void checkBytes(Warp warp, int address, int count) {
        int last = address + count - 1 >> grainBits;
        for (int grain = address >> grainBits; grain <= last; grain++) {
            int thread = (int) written[grain] & (1 << THREAD_BITS) - 1;
            if (warp.block.fences(thread / Row.LANES, thread % Row.LANES) < written[grain] >>> THREAD_BITS) {
                throw warp.fault(Kind.UNFENCED, -1, "shared memory at byte " + (grain << grainBits) + " was written by warp " + thread / Row.LANES + ", lane "
                        + thread % Row.LANES + ", with no fence.proxy.async after it");
            }
        }
    }

    /** A unit writes by itself. */
    void forget(int address, int count) {
        if (grains > 0) {
            Arrays.fill(written, address >> grainBits, (address + count - 1 >> grainBits) + 1, 0);
        }
    }
}
