package pleat.runtime.emulator;

import java.util.HashMap;
import java.util.Map;
import pleat.runtime.emulator.Finding.Kind;

/**
 * Who touched each byte of global memory last, if that is to be watched: within a block barriers order what warps do, and nothing orders what
 * blocks of one launch do. Atomic operations are not looked at. Needs many times the memory that is touched, and one thread.
 */
final class GlobalRaces {
    private final Map<Long, Records> pages = new HashMap<>();
    private final boolean isOn;

    GlobalRaces(boolean isOn) {
        this.isOn = isOn;
    }

    boolean isOn() {
        return isOn;
    }

    /** Of the bytes of a page. */
    private static final class Records {
        /** Clock and warp of the last write. */
        final long[] written = new long[DeviceMemory.PAGE];
        /** Clock of the last read by each warp that read any. */
        final long[][] read = new long[Clocks.MOST_WARPS][];
        /** Clock of a read by an earlier block that one of a later block has taken the place of. */
        final long[] earlier = new long[DeviceMemory.PAGE];

        long[] readBy(int warp) {
            if (read[warp] == null) {
                read[warp] = new long[DeviceMemory.PAGE];
            }
            return read[warp];
        }
    }

    /** Lanes read or write {@code count} bytes each; where they do stands in {@link Warp#addresses}. */
    void check(Warp warp, int lanes, int count, boolean writes) {
        if (!isOn) {
            return;
        }
        int i = 0;
        for (int rest = lanes; rest != 0; rest &= rest - 1, i++) {
            check(warp, Lanes.first(rest), warp.addresses[i], count, writes);
        }
    }

    void check(Warp warp, int lane, long address, int count, boolean writes) {
        if (!isOn) {
            return;
        }
        // Accesses are aligned to their size, and pages to more.
        Records records = pages.computeIfAbsent(address / DeviceMemory.PAGE, _ -> new Records());
        int first = (int) (address % DeviceMemory.PAGE);
        Clocks clocks = warp.block.shared().clocks();
        long mine = clocks.known(warp.index)[warp.index];
        for (int at = first; at < first + count; at++) {
            if (isUnordered(clocks, warp, records.written[at] >>> Clocks.WHO_BITS, (int) records.written[at] & Clocks.WHO)) {
                throw raced(warp, lane, address + at - first, writes ? "written" : "read", "written");
            }
            if (writes) {
                checkReaders(warp, lane, address + at - first, records, at);
                records.written[at] = clocks.stamp(warp.index);
            } else {
                long[] read = records.readBy(warp.index);
                records.earlier[at] = read[at] < clocks.start() ? Math.max(read[at], records.earlier[at]) : records.earlier[at];
                read[at] = mine;
            }
        }
    }

    private static void checkReaders(Warp warp, int lane, long address, Records records, int at) {
        Clocks clocks = warp.block.shared().clocks();
        if (records.earlier[at] >= clocks.launch()) {
            throw raced(warp, lane, address, "written", "read");
        }
        for (int other = 0; other < Clocks.MOST_WARPS; other++) {
            if (records.read[other] != null && isUnordered(clocks, warp, records.read[other][at], other)) {
                throw raced(warp, lane, address, "written", "read");
            }
        }
    }

    /** Whether what a warp did at a clock, perhaps in another block of this launch, is neither this warp's own nor before what it does now. */
    private static boolean isUnordered(Clocks clocks, Warp warp, long clock, int other) {
        return clock >= clocks.start() ? other != warp.index && clock > clocks.known(warp.index)[other] : clock >= clocks.launch();
    }

    private static KernelFault raced(Warp warp, int lane, long address, String now, String before) {
        return warp.fault(Kind.GLOBAL_RACE, lane, "0x" + Long.toHexString(address) + " is " + now + " here, and " + before
                + " by another warp or block with nothing between them that orders both");
    }
}
