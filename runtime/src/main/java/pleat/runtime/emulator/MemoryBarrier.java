package pleat.runtime.emulator;

import java.util.ArrayList;
import java.util.List;
import pleat.runtime.emulator.Finding.Kind;

/**
 * A barrier in shared memory: a phase is over when so many have arrived and all bytes that they said to expect have come. Bytes come as late as they may: when
 * nobody can go on without them.
 */
final class MemoryBarrier {
    /** Arrivals and bytes that a barrier can count. */
    static final int MOST = (1 << 20) - 1;
    static final int BYTES = 8;

    private final int place;
    private final int number;
    private final int expected;
    private final long begun;
    private final int thread;
    private final int fences;
    /** What those that arrived in this phase and before knew. */
    private final long[] told = Clocks.nothing();
    /** What those that arrived before the last phase was over knew. */
    private long[] over = Clocks.nothing();
    private final List<BulkCopy> copies = new ArrayList<>();
    /** The last time that each warp came here. */
    private final long[] used = new long[Clocks.MOST_WARPS];
    private int pending;
    private long bytes;
    private long phase;

    /**
     * @param place byte of shared memory
     * @param number of this barrier in its block
     * @param expected arrivals of a phase
     */
    MemoryBarrier(Warp warp, int lane, int place, int number, int expected) {
        this.place = place;
        this.number = number;
        this.expected = expected;
        this.pending = expected;
        this.begun = warp.block.shared().clocks().stamp(warp.index);
        this.thread = warp.index * Row.LANES + lane;
        this.fences = warp.barrierFences[lane];
    }

    int place() {
        return place;
    }

    int number() {
        return number;
    }

    long phase() {
        return phase;
    }

    List<BulkCopy> copies() {
        return copies;
    }

    /** A warp comes here, after who made this a barrier. */
    void use(Warp warp, int lane) {
        Clocks clocks = warp.block.shared().clocks();
        if (!clocks.isKnown(warp.index, begun)) {
            throw warp.fault(Kind.RACE, lane, this + " is used by warp " + warp.index + " and initialised by warp " + thread / Row.LANES
                    + ", with no barrier between them");
        }
        used[warp.index] = clocks.stamp(warp.index);
    }

    /** It is to be none any more: nobody may come to it at the same time. */
    void end(Warp warp, int lane) {
        for (long stamp : used) {
            if (!warp.block.shared().clocks().isKnown(warp.index, stamp)) {
                throw warp.fault(Kind.RACE, lane, this + " ends, and warp " + (stamp & Clocks.WHO) + " may be at it");
            }
        }
        if (!copies.isEmpty()) {
            throw warp.fault(Kind.BARRIER, lane, this + " ends, and copies that it counts have not come: " + state());
        }
    }

    void expect(Warp warp, int lane, long more) {
        if (pending == 0) {
            throw warp.fault(Kind.BARRIER, lane, this + " is told to expect bytes when all have arrived, so it may be in its next phase: " + state());
        }
        bytes += more;
        if (bytes > MOST || more < 0) {
            throw warp.fault(Kind.BARRIER, lane, this + " counts up to " + MOST + " bytes: " + state());
        }
    }

    void arrive(Warp warp, int lane, long count) {
        if (count < 1 || count > pending) {
            throw warp.fault(Kind.BARRIER, lane, count + " more arrive at " + this + " than it waits for: " + state());
        }
        pending -= (int) count;
        wantAll(warp, lane);
        turn();
    }

    /** What a warp knows is known to all that come after this phase. */
    void tell(Warp warp) {
        warp.block.shared().clocks().release(warp.index, told);
    }

    /** A copy begins that this counts. */
    void count(BulkCopy copy, int lane) {
        Warp warp = copy.warp();
        if (warp.block.barrierFences(thread / Row.LANES, thread % Row.LANES) == fences) {
            throw warp.fault(Kind.UNFENCED, lane, this + " was initialised with no fence.mbarrier_init or fence.proxy.async after it");
        }
        copies.add(copy);
        wantAll(warp, lane);
    }

    /** When all have arrived, so many bytes must be expected as are on their way: else they would end another phase. */
    private void wantAll(Warp warp, int lane) {
        if (pending == 0 && onTheirWay() > bytes) {
            throw warp.fault(Kind.BARRIER, lane, this + " expects fewer bytes than are on their way: " + state());
        }
    }

    private long onTheirWay() {
        return copies.stream().mapToLong(BulkCopy::bytes).sum();
    }

    /** Whether a phase is over. */
    boolean isOver(long of) {
        return phase > of;
    }

    /** Whether the latest phase of a parity is over. */
    boolean isOverWith(int parity) {
        return (phase & 1) != parity;
    }

    /** A warp has seen that a phase is over. */
    void learn(Warp warp) {
        warp.block.shared().clocks().acquire(warp.index, over);
    }

    /** Brings all bytes that are on their way; whether there are any. */
    boolean land(SharedMemory shared) {
        if (copies.isEmpty()) {
            return false;
        }
        long stamp = shared.clocks().land(number, told);
        copies.forEach(copy -> copy.land(stamp));
        bytes -= onTheirWay();
        copies.clear();
        turn();
        return true;
    }

    /** Whether nothing but bytes on their way keeps the phase from being over. */
    boolean waitsForCopies() {
        return pending == 0 && bytes == onTheirWay();
    }

    private void turn() {
        if (pending == 0 && bytes == 0 && copies.isEmpty()) {
            phase++;
            pending = expected;
            over = told.clone();
        }
    }

    /** In words. */
    String state() {
        return "in phase " + phase + " " + pending + " of " + expected + " arrivals and " + bytes + " bytes are missing, and " + onTheirWay() + " bytes on their way";
    }

    @Override
    public String toString() {
        return "the barrier at byte " + place;
    }
}
