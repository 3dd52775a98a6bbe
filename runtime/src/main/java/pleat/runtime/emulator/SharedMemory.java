package pleat.runtime.emulator;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import pleat.runtime.emulator.Finding.Kind;

/**
 * Shared memory of a block, and for each grain of it who touched it last; a grain is as large as the narrowest access of the kernel. Whether
 * two accesses are ordered is decided by {@link Clocks}.
 */
final class SharedMemory {
    /** Of a grain that a copy was begun to and has not come to. */
    private static final long IN_FLIGHT = 1L << 62;
    /** Of a grain that warps read whose clocks differ, neither before the other; {@link #readers} has them. */
    private static final long APART = -1;

    private byte[] bytes = new byte[0];
    private int size;
    private int grainBits;
    /** The clock of the last write, then the warp. */
    private long[] written = new long[0];
    /** The clock of the last reads, then the warps, one bit for each. */
    private long[] read = new long[0];
    private final Map<Integer, long[]> readers = new LinkedHashMap<>();
    private final Clocks clocks = new Clocks();
    private final ProxyWrites proxies = new ProxyWrites();

    /**
     * As a launch wants it.
     *
     * @param hasUnits whether units read it by themselves
     */
    void resize(int newSize, int grain, int warps, boolean hasUnits) {
        size = newSize;
        clocks.launch(warps);
        grainBits = Integer.numberOfTrailingZeros(grain);
        int grains = (size >> grainBits) + 1;
        if (bytes.length < size) {
            bytes = new byte[size];
        }
        if (written.length < grains) {
            written = new long[grains];
            read = new long[grains];
        }
        proxies.resize(hasUnits ? grains : 0, grainBits);
    }

    int size() {
        return size;
    }

    /** What is in it; more than {@link #size} of them may be there. */
    byte[] bytes() {
        return bytes;
    }

    /** A block begins: nothing is written. */
    void begin() {
        clocks.begin();
        readers.clear();
        proxies.begin();
        Arrays.fill(bytes, 0, size, (byte) 0xff);
    }

    ProxyWrites proxies() {
        return proxies;
    }

    Clocks clocks() {
        return clocks;
    }

    /** Lanes read {@code count} bytes each; where they do stands in {@link Warp#addresses}. */
    void checkReads(Warp warp, int lanes, int count) {
        long[] knows = clocks.known(warp.index);
        long mine = knows[warp.index];
        long least = clocks.oldest(warp.index);
        long bit = 1L << warp.index;
        long start = clocks.start();
        int i = 0;
        for (int rest = lanes; rest != 0; rest &= rest - 1, i++) {
            int address = (int) (warp.addresses[i] - Space.FIRST);
            int last = address + count - 1 >> grainBits;
            for (int grain = address >> grainBits; grain <= last; grain++) {
                long write = written[grain];
                long clock = write >>> Clocks.WARP_BITS;
                if (clock < start || clock > knows[(int) write & Clocks.MOST_WARPS - 1]) {
                    refuseRead(warp, Lanes.first(rest), grain);
                }
                long reads = read[grain];
                long at = reads >>> 32;
                if (at == mine) {
                    read[grain] = reads | bit;
                } else if (at <= least) {
                    read[grain] = mine << 32 | bit;
                } else {
                    readApart(warp.index, grain);
                }
            }
        }
    }

    private void refuseRead(Warp warp, int lane, int grain) {
        int writer = writer(grain);
        if (clock(grain) < clocks.start()) {
            throw warp.fault(Kind.UNWRITTEN, lane, at(grain) + " is read, and nothing in this block wrote it");
        }
        if (isInFlight(grain)) {
            throw warp.fault(Kind.IN_FLIGHT, lane, at(grain) + " is read, but the copy to it by warp " + writer + " was not waited for");
        }
        throw warp.fault(Kind.RACE, lane, at(grain) + " is read by warp " + warp.index + " and written by warp " + writer
                + ", with no barrier between them");
    }

    /** Some of those that read it before may not be before this one. */
    private void readApart(int warp, int grain) {
        long[] all = readers.computeIfAbsent(grain, _ -> new long[Clocks.MOST_WARPS]);
        if (read[grain] != APART) {
            Arrays.fill(all, 0);
            for (int rest = (int) read[grain]; rest != 0; rest &= rest - 1) {
                all[Lanes.first(rest)] = read[grain] >>> 32;
            }
            read[grain] = APART;
        }
        all[warp] = clocks.known(warp)[warp];
    }

    /** As {@link #checkReads}, of writes. */
    void checkWrites(Warp warp, int lanes, int count) {
        int i = 0;
        for (int rest = lanes; rest != 0; rest &= rest - 1, i++) {
            checkWrite(warp, Lanes.first(rest), (int) (warp.addresses[i] - Space.FIRST), count);
        }
    }

    void checkWrite(Warp warp, int lane, int address, int count) {
        long[] knows = clocks.known(warp.index);
        long least = clocks.oldest(warp.index);
        long others = ~(1L << warp.index) & 0xffffffffL;
        long stamp = knows[warp.index] << Clocks.WARP_BITS | warp.index;
        int last = address + count - 1 >> grainBits;
        for (int grain = address >> grainBits; grain <= last; grain++) {
            long write = written[grain];
            if (write >>> Clocks.WARP_BITS > knows[(int) write & Clocks.MOST_WARPS - 1] && clock(grain) >= clocks.start()) {
                refuseWrite(warp, lane, grain);
            }
            long reads = read[grain];
            if (reads >>> 32 > least && (reads & others) != 0) {
                checkReaders(warp, lane, grain);
            }
            written[grain] = stamp;
        }
        proxies.write(warp, lane, address, count);
    }

    private void refuseWrite(Warp warp, int lane, int grain) {
        if (isInFlight(grain)) {
            throw warp.fault(Kind.IN_FLIGHT, lane, at(grain) + " is written, but the copy to it by warp " + writer(grain)
                    + " was not waited for");
        }
        throw raced(warp, lane, grain, "written", writer(grain));
    }

    private void checkReaders(Warp warp, int lane, int grain) {
        for (int other = 0; other < clocks.warps(); other++) {
            long clock = read[grain] == APART ? readers.get(grain)[other] : (read[grain] >>> other & 1) != 0 ? read[grain] >>> 32 : 0;
            if (other != warp.index && clock > clocks.known(warp.index)[other]) {
                throw raced(warp, lane, grain, "read", other);
            }
        }
    }

    private KernelFault raced(Warp warp, int lane, int grain, String what, int other) {
        return warp.fault(Kind.RACE, lane, at(grain) + " is written by warp " + warp.index + " and " + what + " by warp " + other
                + ", with no barrier between them");
    }

    private int writer(int grain) {
        return (int) written[grain] & Clocks.MOST_WARPS - 1;
    }

    private long clock(int grain) {
        return (written[grain] & ~IN_FLIGHT) >>> Clocks.WARP_BITS;
    }

    private boolean isInFlight(int grain) {
        return (written[grain] & IN_FLIGHT) != 0;
    }

    /** A copy begins: its destination holds nothing of use until {@link #land}. */
    void launch(Warp warp, int lane, int address, int count) {
        checkWrite(warp, lane, address, count);
        Arrays.fill(bytes, address, address + count, (byte) 0xff);
        stamp(warp, address, count, IN_FLIGHT);
    }

    /** A copy was waited for: what it wrote counts as written now, by the warp that waited. */
    void land(Warp warp, int lane, int address, int count) {
        stamp(warp, address, count, 0);
        proxies.write(warp, lane, address, count);
    }

    private void stamp(Warp warp, int address, int count, long flag) {
        Arrays.fill(written, address >> grainBits, (address + count - 1 >> grainBits) + 1,
                clocks.known(warp.index)[warp.index] << Clocks.WARP_BITS | warp.index | flag);
    }

    private String at(int grain) {
        return "shared memory at byte " + (grain << grainBits);
    }
}
