package pleat.runtime.emulator;

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
        if (!line.part(1).equals("async") || line.has("bulk") || line.has("mbarrier")) {
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
            Access.count(warp, lanes, Space.SHARED, target, bytes);
            int reading = takers(warp, lanes, taken);
            if (reading != 0) {
                Access.count(warp, reading, Space.GLOBAL, source, bytes);
            }
            SharedMemory shared = warp.block.shared();
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
                }
                int offset = Access.within(warp, lane, Space.SHARED, to, bytes, shared.size());
                shared.launch(warp, lane, offset, bytes);
                warp.copies.add(new Warp.Copy(lane, warp.groups[lane], offset, from, bytes, count));
            }
        };
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
        SharedMemory shared = warp.block.shared();
        for (Iterator<Warp.Copy> copies = warp.copies.iterator(); copies.hasNext();) {
            Warp.Copy copy = copies.next();
            boolean done = pending == Integer.MIN_VALUE || copy.group() < warp.groups[copy.lane()] - pending;
            if (Lanes.has(lanes, copy.lane()) && done) {
                land(warp, shared, copy);
                copies.remove();
            }
        }
    }

    private static void land(Warp warp, SharedMemory shared, Warp.Copy copy) {
        // A source of 4 bytes is aligned to them, one of 8 or 16 to 8; a ragged end goes byte by byte.
        int whole = copy.taken() == copy.bytes() ? Math.min(Long.BYTES, copy.bytes()) : 1;
        for (int i = 0; i < copy.bytes(); i += whole) {
            long bits = i < copy.taken() ? warp.block.global().load(copy.source() + i, whole) : 0;
            shared.store(copy.target() + i, whole, bits);
        }
        shared.land(warp, copy.target(), copy.bytes());
    }
}
