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
    /** Of a grain that a barrier is in. */
    private static final long BARRIER = 1L << 61;
    /** Of a grain that warps read whose clocks differ, neither before the other; {@link #readers} has them. */
    private static final long APART = -1;

    private static final long[] NOBODY = new long[Clocks.MOST_WARPS];

    private byte[] bytes = new byte[0];
    private int size;
    private int grainBits;
    /** The stamp of the last write. */
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
                long clock = write >>> Clocks.WHO_BITS;
                if (clock < start || clock > knows[(int) write & Clocks.WHO]) {
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
        refuseOthers(warp, lane, grain, "read");
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
        checkOrder(warp, lane, address, count);
        proxies.write(warp, lane, address, count);
    }

    /** Others touched it before. */
    private void checkOrder(Warp warp, int lane, int address, int count) {
        long[] knows = clocks.known(warp.index);
        long least = clocks.oldest(warp.index);
        long others = ~(1L << warp.index) & 0xffffffffL;
        long stamp = clocks.stamp(warp.index);
        int last = address + count - 1 >> grainBits;
        for (int grain = address >> grainBits; grain <= last; grain++) {
            long write = written[grain];
            if (write >>> Clocks.WHO_BITS > knows[(int) write & Clocks.WHO] && clock(grain) >= clocks.start()) {
                refuseWrite(warp, lane, grain);
            }
            long reads = read[grain];
            if (reads >>> 32 > least && (reads & others) != 0) {
                checkReaders(warp, lane, grain);
            }
            written[grain] = stamp;
        }
    }

    private void refuseWrite(Warp warp, int lane, int grain) {
        refuseOthers(warp, lane, grain, "written");
        throw raced(warp, lane, grain, "written", writer(grain));
    }

    /** What is touched is not some warp's, but a copy's or a barrier's. */
    private void refuseOthers(Warp warp, int lane, int grain, String what) {
        if ((written[grain] & BARRIER) != 0) {
            throw warp.fault(Kind.BARRIER, lane, at(grain) + " is " + what + ", and a barrier is there");
        }
        if (isInFlight(grain)) {
            throw warp.fault(Kind.IN_FLIGHT, lane, at(grain) + " is " + what + ", but the copy to it by warp " + writer(grain) + " was not waited for");
        }
        if (writer(grain) >= Clocks.MOST_WARPS) {
            throw warp.fault(Kind.IN_FLIGHT, lane, at(grain) + " is " + what + ", but warp " + warp.index + " did not wait for the bulk copy to it");
        }
    }

    private void checkReaders(Warp warp, int lane, int grain) {
        for (int other = 0; other < clocks.warps(); other++) {
            long clock = read[grain] == APART ? readers.getOrDefault(grain, NOBODY)[other] : (read[grain] >>> other & 1) != 0 ? read[grain] >>> 32 : 0;
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
        return (int) written[grain] & Clocks.WHO;
    }

    private long clock(int grain) {
        return (written[grain] & ~(IN_FLIGHT | BARRIER)) >>> Clocks.WHO_BITS;
    }

    private boolean isInFlight(int grain) {
        return (written[grain] & IN_FLIGHT) != 0;
    }

    /** A copy begins: its destination holds nothing of use until {@link #land}. */
    void launch(Warp warp, int lane, int address, int count) {
        checkWrite(warp, lane, address, count);
        poison(warp, address, count);
    }

    private void poison(Warp warp, int address, int count) {
        Arrays.fill(bytes, address, address + count, (byte) 0xff);
        stamp(address, count, clocks.stamp(warp.index) | IN_FLIGHT);
    }

    /** A bulk copy begins, by a unit that sees only what it was let see. */
    void launchBulk(Warp warp, int lane, int address, int count) {
        checkOrder(warp, lane, address, count);
        proxies.checkBytes(warp, address, count);
        proxies.forget(address, count);
        poison(warp, address, count);
    }

    /** Bulk copies have come to where they belong; who waited for them knows the stamp. */
    void landBulk(int address, int count, long stamp) {
        stamp(address, count, stamp);
    }

    /** From now on there is a barrier, or none any more. */
    void barrier(Warp warp, int lane, int address, int count, boolean isThere) {
        if (isThere) {
            checkWrite(warp, lane, address, count);
        }
        stamp(address, count, clocks.stamp(warp.index) | (isThere ? BARRIER : 0));
    }

    /** A copy was waited for: what it wrote counts as written now, by the warp that waited. */
    void land(Warp warp, int lane, int address, int count) {
        stamp(address, count, clocks.stamp(warp.index));
        proxies.write(warp, lane, address, count);
    }

    private void stamp(int address, int count, long stamp) {
        Arrays.fill(written, address >> grainBits, (address + count - 1 >> grainBits) + 1, stamp);
    }

    private String at(int grain) {
        return "shared memory at byte " + (grain << grainBits);
    }
}
