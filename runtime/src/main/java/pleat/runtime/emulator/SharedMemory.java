package pleat.runtime.emulator;

import java.util.Arrays;
import pleat.runtime.emulator.Finding.Kind;

/**
 * Shared memory of a block, and for each pair of bytes who touched it last. Whether two accesses are ordered is decided by vector clocks:
 * a warp's clock goes on at each barrier that it leaves, and warps that meet at a barrier learn each other's clocks. Clocks never go back,
 * also not from block to block, so nothing has to be cleared between blocks.
 */
final class SharedMemory {
    /** Bytes that share a record of who touched them; bf16 values of two warps are often neighbours. */
    private static final int GRAIN = 2;

    private final byte[] bytes;
    private final int warps;
    private final int[] writer;
    private final long[] written;
    private final long[] read;
    private final boolean[] inFlight;
    private final long[][] known;
    private long start = 1;

    SharedMemory(int size, int warps) {
        this.bytes = new byte[size];
        this.warps = warps;
        int grains = (size + GRAIN - 1) / GRAIN;
        this.writer = new int[grains];
        this.written = new long[grains];
        this.read = new long[grains * warps];
        this.inFlight = new boolean[grains];
        this.known = new long[warps][warps];
    }

    int size() {
        return bytes.length;
    }

    /** A block begins: all warps know all that was before, and nothing is written. */
    void begin() {
        start = Arrays.stream(known).flatMapToLong(Arrays::stream).max().orElse(0) + 1;
        for (int warp = 0; warp < warps; warp++) {
            Arrays.fill(known[warp], start - 1);
            known[warp][warp] = start;
        }
        Arrays.fill(bytes, (byte) 0xff);
        Arrays.fill(inFlight, false);
    }

    /** Warps, one bit for each, have met. */
    void meet(int warpsThere) {
        long[] joined = new long[warps];
        for (int warp = 0; warp < warps; warp++) {
            if ((warpsThere >> warp & 1) != 0) {
                for (int other = 0; other < warps; other++) {
                    joined[other] = Math.max(joined[other], known[warp][other]);
                }
            }
        }
        for (int warp = 0; warp < warps; warp++) {
            if ((warpsThere >> warp & 1) != 0) {
                System.arraycopy(joined, 0, known[warp], 0, warps);
                known[warp][warp]++;
            }
        }
    }

    void checkRead(Warp warp, int lane, int address, int count) {
        for (int grain = address / GRAIN; grain <= (address + count - 1) / GRAIN; grain++) {
            if (inFlight[grain]) {
                throw warp.fault(Kind.IN_FLIGHT, lane, at(grain) + " is read, but the copy to it by warp " + writer[grain]
                        + " was not waited for");
            }
            if (written[grain] < start) {
                throw warp.fault(Kind.UNWRITTEN, lane, at(grain) + " is read, and nothing in this block wrote it");
            }
            if (written[grain] > known[warp.index][writer[grain]] && writer[grain] != warp.index) {
                throw warp.fault(Kind.RACE, lane, at(grain) + " is read by warp " + warp.index + " and written by warp " + writer[grain]
                        + ", with no barrier between them");
            }
            read[grain * warps + warp.index] = known[warp.index][warp.index];
        }
    }

    void checkWrite(Warp warp, int lane, int address, int count) {
        for (int grain = address / GRAIN; grain <= (address + count - 1) / GRAIN; grain++) {
            if (inFlight[grain]) {
                throw warp.fault(Kind.IN_FLIGHT, lane, at(grain) + " is written, but the copy to it by warp " + writer[grain]
                        + " was not waited for");
            }
            for (int other = 0; other < warps; other++) {
                if (other != warp.index && read[grain * warps + other] > known[warp.index][other]) {
                    throw raced(warp, lane, grain, "read", other);
                }
            }
            if (written[grain] > known[warp.index][writer[grain]] && writer[grain] != warp.index) {
                throw raced(warp, lane, grain, "written", writer[grain]);
            }
            stamp(warp, grain);
        }
    }

    private static KernelFault raced(Warp warp, int lane, int grain, String what, int other) {
        return warp.fault(Kind.RACE, lane, at(grain) + " is written by warp " + warp.index + " and " + what + " by warp " + other
                + ", with no barrier between them");
    }

    private void stamp(Warp warp, int grain) {
        writer[grain] = warp.index;
        written[grain] = known[warp.index][warp.index];
    }

    /** A copy begins: its destination holds nothing of use until {@link #land}. */
    void launch(Warp warp, int lane, int address, int count) {
        checkWrite(warp, lane, address, count);
        Arrays.fill(bytes, address, address + count, (byte) 0xff);
        setInFlight(address, count, true);
    }

    /** A copy was waited for: what it wrote counts as written now, by the warp that waited. */
    void land(Warp warp, int address, int count) {
        setInFlight(address, count, false);
        for (int grain = address / GRAIN; grain <= (address + count - 1) / GRAIN; grain++) {
            stamp(warp, grain);
        }
    }

    private void setInFlight(int address, int count, boolean value) {
        Arrays.fill(inFlight, address / GRAIN, (address + count - 1) / GRAIN + 1, value);
    }

    long load(int address, int count) {
        return Bytes.load(bytes, address, count);
    }

    void store(int address, int count, long bits) {
        Bytes.store(bytes, address, count, bits);
    }

    private static String at(int grain) {
        return "shared memory at byte " + grain * GRAIN;
    }
}
