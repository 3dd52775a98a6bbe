package pleat.runtime.emulator;

import java.util.List;
import java.util.Set;
import pleat.runtime.emulator.Action.Step;

/** Barriers in shared memory. */
final class BarrierSteps {
    private static final Set<String> SHARED = Set.of("shared", "shared__cta");
    private static final Set<String> SCOPES = Set.of("cta", "cluster");

    private BarrierSteps() {}

    static Step decode(Line line) {
        var parts = new Parts(line);
        return switch (line.part(1)) {
            case "init" -> init(parts.end(2));
            case "inval" -> end(parts.end(2));
            case "expect_tx" -> expect(parts.ordered(2, "relaxed"));
            case "arrive" -> line.part(2).equals("expect_tx") ? arriveExpecting(parts.ordered(3, "release")) : arrive(parts.ordered(2, "release"));
            case "try_wait", "test_wait" -> await(parts.ordered(line.part(2).equals("parity") ? 3 : 2, "acquire"));
            default -> throw Decoder.unknown(line);
        };
    }

    /** What stands behind the name of an instruction, in the order that the manual gives. */
    private record Parts(Line line) {
        Line ordered(int from, String order) {
            boolean isSaid = line.part(from).equals(order) && SCOPES.contains(line.part(from + 1));
            return end(isSaid ? from + 2 : from);
        }

        Line end(int from) {
            if (!SHARED.contains(line.part(from)) || !line.part(from + 1).equals("b64") || !line.part(from + 2).isEmpty()) {
                throw Decoder.unknown(line);
            }
            return line;
        }
    }

    /** What each lane does with its barrier. */
    @FunctionalInterface
    private interface Deed {
        void run(Warp warp, int lane, long address);
    }

    private static Step each(Line.Address address, Deed deed) {
        return (warp, lanes) -> {
            for (int rest = lanes; rest != 0; rest &= rest - 1) {
                int lane = Lanes.first(rest);
                deed.run(warp, lane, address.get(warp, lane));
            }
        };
    }

    private static Step init(Line line) {
        Row arrivals = line.row(1, false);
        return each(line.address(0), (warp, lane, at) -> warp.block.barriers().init(warp, lane, at, arrivals.get(warp, lane)));
    }

    private static Step end(Line line) {
        return each(line.address(0), (warp, lane, at) -> warp.block.barriers().end(warp, lane, at));
    }

    private static Step expect(Line line) {
        Row bytes = line.row(1, false);
        return each(line.address(0), (warp, lane, at) -> warp.block.barriers().at(warp, lane, at).expect(warp, lane, bytes.get(warp, lane)));
    }

    private static Step arriveExpecting(Line line) {
        Row bytes = line.row(2, false);
        Row phase = line.row(0, true);
        return each(line.address(1), (warp, lane, at) -> {
            var barrier = warp.block.barriers().at(warp, lane, at);
            barrier.expect(warp, lane, bytes.get(warp, lane));
            arrive(warp, lane, barrier, 1, phase);
        });
    }

    private static Step arrive(Line line) {
        Row count = line.operandCount() > 2 ? line.row(2, false) : line.row("1", false);
        Row phase = line.row(0, true);
        return each(line.address(1), (warp, lane, at) -> arrive(warp, lane, warp.block.barriers().at(warp, lane, at), count.get(warp, lane), phase));
    }

    private static void arrive(Warp warp, int lane, MemoryBarrier barrier, long count, Row phase) {
        phase.set(warp, lane, barrier.phase());
        barrier.tell(warp);
        barrier.arrive(warp, lane, count);
    }

    /** Whether a phase is over. One that tries is not woken before it is, and is told that it was not: it may have been woken for no reason. */
    private static Step await(Line line) {
        boolean hasParity = line.part(2).equals("parity");
        boolean tries = line.part(1).equals("try_wait");
        if (line.operandCount() > (tries ? 4 : 3)) {
            throw Decoder.unknown(line);
        }
        Row isOver = line.row(0, false);
        Line.Address address = line.address(1);
        Row phase = line.row(2, !hasParity);
        return (warp, lanes) -> {
            for (int rest = lanes; rest != 0; rest &= rest - 1) {
                int lane = Lanes.first(rest);
                var barrier = warp.block.barriers().at(warp, lane, address.get(warp, lane));
                var awaited = new Awaited(barrier, phase.get(warp, lane), hasParity);
                isOver.set(warp, lane, awaited.isOver() ? 1 : 0);
                if (awaited.isOver()) {
                    barrier.learn(warp);
                } else if (tries) {
                    warp.awaited.add(awaited);
                } else if (barrier.waitsForCopies()) {
                    barrier.land(warp.block.shared());
                }
            }
        };
    }

    /**
     * What a warp sleeps for.
     *
     * @param phase its parity, if it has one
     */
    record Awaited(MemoryBarrier barrier, long phase, boolean hasParity) {
        boolean isOver() {
            return hasParity ? barrier.isOverWith((int) phase & 1) : barrier.isOver(phase);
        }

        @Override
        public String toString() {
            return barrier + (hasParity ? " with parity " + (phase & 1) : " in phase " + phase) + ", where " + barrier.state();
        }

        static boolean isAnyOver(List<Awaited> all) {
            return all.stream().anyMatch(Awaited::isOver);
        }
    }
}
