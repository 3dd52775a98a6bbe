package pleat.runtime.emulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import pleat.runtime.cuda.Driver.Launch;
import pleat.runtime.emulator.Finding.Kind;

/** A thread block while it runs, and its sixteen barriers; then the next one. */
final class Block {
    private static final int BARRIERS = 16;
    /** Instructions after which another warp has its turn, so that warps may wait for each other by looking at memory. */
    private static final long TURN = 1 << 16;

    private final Machine machine;
    private final SharedMemory shared;
    private final GlobalView global;
    private final Counters counters;
    private final List<Warp> warps = new ArrayList<>();
    private final List<WarpGroup> groups = new ArrayList<>();
    private final MemoryBarriers barriers = new MemoryBarriers();
    private final int[] arrived = new int[BARRIERS];
    private final int[] waiting = new int[BARRIERS];
    private int x;
    private int y;
    private int z;

    Block(Machine machine, SharedMemory shared, Counters counters) {
        this.machine = machine;
        this.shared = shared;
        this.global = new GlobalView(machine.global());
        this.counters = counters;
        int threads = Math.toIntExact(launch().block().count());
        for (int first = 0; first < threads; first += Row.LANES) {
            warps.add(new Warp(this, first / Row.LANES, threads - first));
        }
        for (int first = 0; first + WarpGroup.WARPS <= warps.size(); first += WarpGroup.WARPS) {
            groups.add(new WarpGroup());
        }
    }

    int x() {
        return x;
    }

    int y() {
        return y;
    }

    int z() {
        return z;
    }

    Launch launch() {
        return machine.launch();
    }

    Machine machine() {
        return machine;
    }

    Program program() {
        return machine.program();
    }

    SharedMemory shared() {
        return shared;
    }

    GlobalView global() {
        return global;
    }

    Counters counters() {
        return counters;
    }

    /** Runs the block of a number; x is the fastest. */
    void run(long number) {
        x = (int) (number % launch().grid().x());
        y = (int) (number / launch().grid().x() % launch().grid().y());
        z = (int) (number / launch().grid().x() / launch().grid().y());
        Arrays.fill(arrived, 0);
        Arrays.fill(waiting, 0);
        shared.begin();
        barriers.begin();
        warps.forEach(Warp::begin);
        groups.forEach(WarpGroup::begin);
        while (warps.stream().anyMatch(w -> w.alive != 0)) {
            boolean moved = false;
            for (Warp warp : warps) {
                if (warp.wakes()) {
                    Execution.run(warp, TURN);
                    moved = true;
                }
            }
            moved |= openBarriers();
            if (!moved && !landCopies()) {
                throw deadlock();
            }
        }
        barriers.finish();
        for (int g = 0; g < groups.size(); g++) {
            groups.get(g).end(warps.subList(g * WarpGroup.WARPS, (g + 1) * WarpGroup.WARPS));
        }
    }

    MemoryBarriers barriers() {
        return barriers;
    }

    /** Nobody can go on: bytes come that somebody sleeps for. */
    private boolean landCopies() {
        for (Warp warp : warps) {
            for (var awaited : warp.awaited) {
                if (awaited.barrier().land(shared)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The group that a warp is in. */
    WarpGroup group(Warp warp) {
        int group = warp.index / WarpGroup.WARPS;
        if (group >= groups.size()) {
            throw warp.fault(Kind.GROUP, -1, "a group is four warps, and the block ends before");
        }
        return groups.get(group);
    }

    /** Times that a lane of a warp let units see what it wrote. */
    int fences(int warp, int lane) {
        return warps.get(warp).fences[lane];
    }

    /** Times that a lane of a warp let units see the barriers that it made. */
    int barrierFences(int warp, int lane) {
        return warps.get(warp).barrierFences[lane];
    }

    /** A warp comes to a barrier; {@code threads} is how many are expected, or 0 for all that live. */
    void arrive(Warp warp, int barrier, int threads, boolean waits) {
        if (barrier < 0 || barrier >= BARRIERS) {
            throw warp.fault(Kind.DEADLOCK, -1, "there is no barrier " + barrier);
        }
        arrived[barrier] |= 1 << warp.index;
        if (waits) {
            waiting[barrier] |= 1 << warp.index;
            warp.waits = true;
        }
        if (threads > 0 && Integer.bitCount(arrived[barrier]) * Row.LANES >= threads) {
            open(barrier);
        }
    }

    /** Opens the barriers at which all live warps are. */
    private boolean openBarriers() {
        int live = warps.stream().filter(w -> w.alive != 0).mapToInt(w -> 1 << w.index).sum();
        boolean opened = false;
        for (int barrier = 0; barrier < BARRIERS; barrier++) {
            if (waiting[barrier] != 0 && (arrived[barrier] & live) == live) {
                open(barrier);
                opened = true;
            }
        }
        return opened;
    }

    private void open(int barrier) {
        shared.clocks().meet(arrived[barrier]);
        for (Warp warp : warps) {
            if ((waiting[barrier] >> warp.index & 1) != 0) {
                warp.waits = false;
            }
        }
        arrived[barrier] = 0;
        waiting[barrier] = 0;
    }

    private KernelFault deadlock() {
        var where = new StringBuilder("all live warps wait:");
        for (int barrier = 0; barrier < BARRIERS; barrier++) {
            if (waiting[barrier] != 0) {
                where.append(" at barrier ").append(barrier).append(" warps ").append(Lanes.list(waiting[barrier]));
            }
        }
        for (Warp warp : warps) {
            warp.awaited.stream().distinct().forEach(awaited -> where.append(" warp ").append(warp.index).append(" for ").append(awaited).append(";"));
        }
        Warp first = warps.stream().filter(w -> w.alive != 0).findFirst().orElseThrow();
        return first.fault(Kind.DEADLOCK, -1, where.toString());
    }
}
