package pleat.runtime.emulator;

import java.util.Arrays;
import java.util.Iterator;
import pleat.runtime.emulator.Action.Step;
import pleat.runtime.emulator.Finding.Kind;

/**
 * Asynchronous copies from global to shared memory. They are done as late as a GPU may do them: when the lane that began one waits for it.
 * Until then its destination must not be touched.
 */
final class CopySteps {
    private CopySteps() {}

    static Step decode(Line line) {
        if (!line.part(1).equals("async") || line.has("mbarrier")) {
            throw Decoder.unknown(line);
        }
        return switch (line.part(2)) {
            case "commit_group" -> CopySteps::commit;
            case "wait_all" -> (warp, lanes) -> await(warp, lanes, Integer.MIN_VALUE);
            case "wait_group" -> {
                int pending = (int) line.constant(line.operand(0));
                yield (warp, lanes) -> await(warp, lanes, pending);
            }
            case "ca", "cg" -> begin(line);
            default -> throw Decoder.unknown(line);
        };
    }

    private static Step begin(Line line) {
        Line.Address target = line.address(0);
        Line.Address source = line.address(1);
        int bytes = (int) line.constant(line.operand(2));
        Row taken = line.operandCount() > 3 && !line.has("L2__cache_hint") ? line.row(3, false) : line.row(2, false);
        return (warp, lanes) -> {
            count(warp, lanes, target, source, taken, bytes);
            SharedMemory shared = warp.block.shared();
            var copies = new Warp.Copies(lanes, bytes);
            for (int rest = lanes; rest != 0; rest &= rest - 1) {
                int lane = Lanes.first(rest);
                long from = source.get(warp, lane);
                long to = target.get(warp, lane);
                int count = (int) taken.get(warp, lane);
                if ((from & bytes - 1) != 0 || (to & bytes - 1) != 0) {
                    throw warp.fault(Kind.MISALIGNED, lane, "both addresses of a copy of " + bytes + " bytes must be multiples of it: 0x"
                            + Long.toHexString(to) + " from 0x" + Long.toHexString(from));
                }
                if (count > 0) {
                    Access.global(warp, lane, from, count);
                    warp.block.machine().races().check(warp, lane, from, count, false);
                }
                int offset = Access.within(warp, lane, Space.SHARED, to, bytes, shared.size());
                shared.launch(warp, lane, offset, bytes);
                copies.groups[lane] = warp.groups[lane];
                copies.targets[lane] = offset;
                copies.sources[lane] = from;
                copies.taken[lane] = count;
            }
            warp.copies.add(copies);
        };
    }

    private static void count(Warp warp, int lanes, Line.Address target, Line.Address source, Row taken, int bytes) {
        Counters counters = warp.block.counters();
        target.gather(warp, lanes, 0);
        counters.shared(warp.at, warp.addresses, Integer.bitCount(lanes), bytes);
        int takers = takers(warp, lanes, taken);
        if (takers != 0) {
            source.gather(warp, takers, 0);
            counters.global(warp.at, warp.addresses, Integer.bitCount(takers), bytes);
        }
    }

    /** Lanes that take anything: the others only write zeros. */
    private static int takers(Warp warp, int lanes, Row taken) {
        int takers = 0;
        for (int rest = lanes; rest != 0; rest &= rest - 1) {
            int lane = Lanes.first(rest);
            takers |= (int) taken.get(warp, lane) > 0 ? 1 << lane : 0;
        }
        return takers;
    }

    private static void commit(Warp warp, int lanes) {
        for (int rest = lanes; rest != 0; rest &= rest - 1) {
            warp.groups[Lanes.first(rest)]++;
        }
    }

    /** Lands the copies of these lanes that are in a group older than the {@code pending} latest ones; the smallest number means all. */
    private static void await(Warp warp, int lanes, int pending) {
        for (Iterator<Warp.Copies> all = warp.copies.iterator(); all.hasNext();) {
            Warp.Copies copies = all.next();
            for (int rest = copies.open & lanes; rest != 0; rest &= rest - 1) {
                int lane = Lanes.first(rest);
                if (pending == Integer.MIN_VALUE || copies.groups[lane] < warp.groups[lane] - pending) {
                    land(warp, copies, lane);
                    copies.open &= ~(1 << lane);
                }
            }
            if (copies.open == 0) {
                all.remove();
            }
        }
    }

    /** What is copied is aligned to its size, so that it lies in one page. */
    private static void land(Warp warp, Warp.Copies copies, int lane) {
        SharedMemory shared = warp.block.shared();
        int target = copies.targets[lane];
        int taken = copies.taken[lane];
        if (taken > 0) {
            long source = copies.sources[lane];
            warp.block.machine().races().check(warp, lane, source, taken, false);
            byte[] page = warp.block.global().page(source, source + taken);
            System.arraycopy(page, (int) (source - warp.block.global().start()), shared.bytes(), target, taken);
        }
        Arrays.fill(shared.bytes(), target + taken, target + copies.bytes, (byte) 0);
        shared.land(warp, lane, target, copies.bytes);
    }
}
