package pleat.runtime.emulator;

import pleat.runtime.emulator.Finding.Kind;

/**
 * Runs a warp. Lanes at the same instruction go together, those at the lowest instruction first. Lanes that part at a branch wait for each other where their
 * ways meet, and those that come to an instruction that wants others park there until the others come.
 */
final class Execution {
    private static final int NONE = Integer.MAX_VALUE;

    private final Warp warp;
    private final Instruction[] code;
    private final Counters counters;
    private int parked;
    private long budget;

    private Execution(Warp warp, long budget) {
        this.warp = warp;
        this.code = warp.block.program().code();
        this.counters = warp.block.counters();
        this.budget = budget;
    }

    /** Runs until the warp waits or ends, or has executed about so many instructions. */
    static void run(Warp warp, long budget) {
        var execution = new Execution(warp, budget);
        while (warp.alive != 0 && !warp.rests() && execution.budget > 0) {
            execution.group();
        }
        warp.block.machine().spend(warp, budget - execution.budget);
    }

    private void group() {
        int candidates = warp.alive & ~parked & ~waiting();
        if (candidates == 0) {
            releaseParked();
            return;
        }
        int lowest = NONE;
        for (int rest = candidates; rest != 0; rest &= rest - 1) {
            lowest = Math.min(lowest, warp.counter[Lanes.first(rest)]);
        }
        int lanes = 0;
        int next = NONE;
        for (int rest = candidates; rest != 0; rest &= rest - 1) {
            int lane = Lanes.first(rest);
            if (warp.counter[lane] == lowest) {
                lanes |= 1 << lane;
            } else {
                next = Math.min(next, warp.counter[lane]);
            }
        }
        straight(lanes, lowest, next);
    }

    /** Runs lanes from an instruction on until they part, park, end or reach others. */
    private void straight(int lanes, int from, int next) {
        int at = from;
        while (budget > 0) {
            Instruction instruction = code[at];
            warp.at = at;
            int active = guarded(instruction, lanes);
            Action action = instruction.action();
            if (action instanceof Action.Single(var step)) {
                count(at);
                if (active != 0) {
                    step.run(warp, active);
                }
                at++;
            } else if (action instanceof Action.Branch(int target, int meeting)) {
                count(at);
                if (active != 0 && active != lanes) {
                    part(lanes, meeting);
                    place(active, target);
                    place(lanes & ~active, at + 1);
                    return;
                }
                at = active == 0 ? at + 1 : target;
            } else if (action instanceof Action.Exit) {
                count(at);
                warp.alive &= ~active;
                place(lanes & ~active, at + 1);
                return;
            } else if (lanes == warp.alive) {
                together(instruction, lanes, active);
                at++;
            } else {
                parked |= lanes;
                break;
            }
            // Going back may pass lanes that are behind; coming to others, go on with them.
            if (warp.rests() || next != NONE && (at >= next || at <= warp.at) || meets(lanes, at)) {
                break;
            }
        }
        place(lanes, at);
    }

    private void part(int lanes, int meeting) {
        var around = warp.partings.stream().filter(parting -> (parting.lanes() & lanes) != 0).findFirst();
        if (meeting != Meetings.NONE && around.stream().noneMatch(parting -> parting.meeting() == meeting)) {
            warp.partings.push(new Warp.Parting(lanes, meeting));
        }
    }

    private boolean meets(int lanes, int at) {
        for (var parting : warp.partings) {
            if (parting.meeting() == at && (parting.lanes() & lanes) != 0) {
                return true;
            }
        }
        return false;
    }

    /** Lanes that are where those will come that they parted from. */
    private int waiting() {
        int waiting = 0;
        int inside = 0;
        for (var each = warp.partings.iterator(); each.hasNext();) {
            var parting = each.next();
            int lanes = parting.lanes() & warp.alive;
            int there = lanesAt(lanes, parting.meeting());
            if (there == lanes) {
                each.remove();
            } else {
                waiting |= there & ~inside;
                inside |= lanes;
            }
        }
        return waiting;
    }

    private void count(int at) {
        counters.executed(at);
        budget--;
    }

    private int guarded(Instruction instruction, int lanes) {
        int row = instruction.guardRow();
        if (row < 0) {
            return lanes;
        }
        int holding = 0;
        for (int lane = 0; lane < Row.LANES; lane++) {
            holding |= (warp.narrow[row + lane] & 1) << lane;
        }
        return lanes & (instruction.guardNegated() ? ~holding : holding);
    }

    private void place(int lanes, int at) {
        for (int rest = lanes; rest != 0; rest &= rest - 1) {
            warp.counter[Lanes.first(rest)] = at;
        }
    }

    /** An instruction that wants several lanes, once all of {@code lanes} are at it. */
    private void together(Instruction instruction, int lanes, int active) {
        count(warp.at);
        if (active == 0) {
            return;
        }
        if (active != lanes && !(instruction.action() instanceof Action.Masked)) {
            throw warp.fault(Kind.DIVERGENCE, Lanes.first(lanes & ~active), "the predicate holds for lanes " + Lanes.list(active)
                    + " only, and the instruction wants all that live: " + Lanes.list(lanes));
        }
        switch (instruction.action()) {
            case Action.Aligned(var step) -> step.run(warp, active);
            case Action.Masked(var step, int maskRow) -> {
                checkMask(maskRow, active);
                step.run(warp, active);
            }
            case Action.Barrier(int id, int threads, boolean waits) -> {
                int lane = Lanes.first(active);
                int expected = threads < 0 ? 0 : warp.narrow[threads + lane];
                warp.block.arrive(warp, warp.narrow[id + lane], expected, waits);
            }
            case Action.Single _, Action.Branch _, Action.Exit _ -> throw new IllegalStateException("one lane suffices");
        }
    }

    private void checkMask(int maskRow, int active) {
        for (int rest = active; rest != 0; rest &= rest - 1) {
            int lane = Lanes.first(rest);
            int wanted = warp.narrow[maskRow + lane] & warp.alive;
            if (wanted != active) {
                throw warp.fault(Kind.MEMBER_MASK, lane, "the mask names lanes " + Lanes.list(warp.narrow[maskRow + lane])
                        + " and lanes " + Lanes.list(active) + " came");
            }
        }
    }

    /** No lane can go on by itself: parked ones do that are complete, else those that wait for what is parked. */
    private void releaseParked() {
        for (int rest = parked; rest != 0;) {
            int at = warp.counter[Lanes.first(rest)];
            int lanes = lanesAt(parked, at);
            Instruction instruction = code[at];
            warp.at = at;
            int active = guarded(instruction, lanes);
            boolean complete = lanes == warp.alive || active == 0
                    || instruction.action() instanceof Action.Masked(_, int row) && (warp.narrow[row + Lanes.first(active)] & warp.alive) == active;
            if (complete) {
                together(instruction, lanes, active);
                parked &= ~lanes;
                place(lanes, at + 1);
                return;
            }
            rest &= ~lanes;
        }
        if (warp.partings.isEmpty()) {
            throw apart();
        }
        warp.partings.clear();
    }

    private int lanesAt(int of, int at) {
        int lanes = 0;
        for (int rest = of; rest != 0; rest &= rest - 1) {
            lanes |= warp.counter[Lanes.first(rest)] == at ? Integer.lowestOneBit(rest) : 0;
        }
        return lanes;
    }

    private KernelFault apart() {
        int first = Lanes.first(parked);
        int lanes = lanesAt(parked, warp.counter[first]);
        warp.at = warp.counter[first];
        if (lanes == warp.alive) {
            return warp.fault(Kind.MEMBER_MASK, first, "lanes " + Lanes.list(lanes) + " wait for lanes that ended");
        }
        int other = Lanes.first(parked & ~lanes);
        var there = code[warp.counter[other]].origin();
        Kind kind = code[warp.at].action() instanceof Action.Masked ? Kind.MEMBER_MASK : Kind.DIVERGENCE;
        return warp.fault(kind, first, "lanes " + Lanes.list(lanes) + " wait here and lanes " + Lanes.list(lanesAt(parked, warp.counter[other]))
                + " at PTX line " + there.line() + ": " + there.text());
    }
}
