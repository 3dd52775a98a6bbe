package pleat.runtime.emulator;

import java.util.Map;
import java.util.TreeMap;
import pleat.runtime.emulator.Finding.Kind;

/** The barriers in shared memory of a block. */
final class MemoryBarriers {
    private final Map<Integer, MemoryBarrier> all = new TreeMap<>();
    /** How many there were. */
    private int count;

    /** A block begins. */
    void begin() {
        all.clear();
        count = 0;
    }

    void init(Warp warp, int lane, long address, long arrivals) {
        int place = place(warp, lane, address);
        if (arrivals < 1 || arrivals > MemoryBarrier.MOST) {
            throw warp.fault(Kind.BARRIER, lane, "a barrier waits for 1 to " + MemoryBarrier.MOST + " arrivals, not " + arrivals);
        }
        if (count == Clocks.MOST_COUNTERS) {
            throw warp.fault(Kind.BARRIER, lane, "the emulator knows " + Clocks.MOST_COUNTERS + " barriers of a block");
        }
        warp.block.shared().barrier(warp, lane, place, MemoryBarrier.BYTES, true);
        all.put(place, new MemoryBarrier(warp, lane, place, count++, (int) arrivals));
    }

    void end(Warp warp, int lane, long address) {
        var barrier = at(warp, lane, address);
        barrier.end(warp, lane);
        all.remove(barrier.place());
        warp.block.shared().barrier(warp, lane, barrier.place(), MemoryBarrier.BYTES, false);
    }

    /** The barrier at an address, which a lane comes to. */
    MemoryBarrier at(Warp warp, int lane, long address) {
        int place = place(warp, lane, address);
        var found = all.get(place);
        if (found == null) {
            throw warp.fault(Kind.BARRIER, lane, "no barrier was initialised at byte " + place + " of shared memory");
        }
        found.use(warp, lane);
        return found;
    }

    private static int place(Warp warp, int lane, long address) {
        Access.aligned(warp, lane, Space.SHARED, address, MemoryBarrier.BYTES);
        return Access.within(warp, lane, Space.SHARED, address, MemoryBarrier.BYTES, warp.block.shared().size());
    }

    /** The block is over. */
    void finish() {
        for (var barrier : all.values()) {
            for (var copy : barrier.copies()) {
                throw copy.fault(Kind.IN_FLIGHT, "the block ended, and nobody waited for the copy, which " + barrier + " counts");
            }
        }
    }
}
