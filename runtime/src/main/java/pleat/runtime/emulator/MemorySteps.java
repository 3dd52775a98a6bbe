package pleat.runtime.emulator;

import java.util.List;
import pleat.runtime.emulator.Action.Step;

/** Loads, stores and the arithmetic of address windows. */
final class MemorySteps {
    private static final List<String> SPACES = List.of("shared", "shared__cta", "global", "local", "param", "const");

    private MemorySteps() {}

    /** The memory that an instruction names, or the generic one. */
    static Space space(Line line) {
        for (int i = 1; !line.part(i).isEmpty(); i++) {
            if (SPACES.contains(line.part(i))) {
                return Space.named(line.part(i));
            }
            if (line.part(i).contains("cluster")) {
                throw Decoder.unknown(line);
            }
        }
        return Space.GENERIC;
    }

    /** The bytes of shared memory that an instruction touches at once in a lane, or the most there are if it touches none. */
    static int grain(Line line) {
        boolean moves = List.of("ld", "ldu", "st").contains(line.name());
        Space space = moves ? space(line) : Space.GLOBAL;
        return space == Space.SHARED || space == Space.GENERIC ? line.type().bytes() * line.rows(line.name().equals("st") ? 1 : 0, line.type().isWide()).size()
                : line.name().equals("mbarrier") ? MemoryBarrier.BYTES
                : line.name().equals("cp") && line.has("async") && line.operandCount() > 2 && !BulkSteps.isMeant(line) ? (int) line.constant(line.operand(2)) : Program.MOST_GRAIN;
    }

    static Step load(Line line) {
        return each(line, 1, line.rows(0, line.type().isWide()).toArray(Row[]::new), false);
    }

    static Step store(Line line) {
        return each(line, 0, line.rows(1, line.type().isWide()).toArray(Row[]::new), true);
    }

    private static Step each(Line line, int operand, Row[] rows, boolean writes) {
        Type type = line.type();
        return at(space(line), line.address(operand), (warp, lanes, space) -> move(warp, lanes, space, rows, type, writes));
    }

    /** What lanes do in one memory; their addresses stand in {@link Warp#addresses}. */
    @FunctionalInterface
    interface Visit {
        void run(Warp warp, int lanes, Space space);
    }

    /** Lanes whose generic addresses lie in different memories go one memory after the other. */
    static Step at(Space named, Line.Address address, Visit visit) {
        if (named != Space.GENERIC) {
            return (warp, lanes) -> {
                address.gather(warp, lanes, 0);
                visit.run(warp, lanes, named);
            };
        }
        return (warp, lanes) -> {
            for (Space space : Space.CONCRETE) {
                int there = 0;
                for (int rest = lanes; rest != 0; rest &= rest - 1) {
                    int lane = Lanes.first(rest);
                    there |= named.of(address.get(warp, lane)) == space ? 1 << lane : 0;
                }
                if (there != 0) {
                    address.gather(warp, there, space.window());
                    visit.run(warp, there, space);
                }
            }
        };
    }

    private static void move(Warp warp, int lanes, Space space, Row[] rows, Type type, boolean writes) {
        int bytes = type.bytes();
        Access.check(warp, lanes, space, bytes * rows.length, writes ? Access.Use.WRITE : Access.Use.READ);
        byte[] array = array(warp, lanes, space, bytes * rows.length);
        long base = space == Space.GLOBAL ? warp.block.global().start() : Space.FIRST;
        for (int i = 0; i < rows.length; i++) {
            if (array.length == 0) {
                apart(warp, lanes, space, (long) i * bytes, rows[i], type, writes);
            } else if (writes) {
                Transfer.store(warp, lanes, array, base - (long) i * bytes, rows[i], type);
            } else {
                Transfer.load(warp, lanes, array, base - (long) i * bytes, rows[i], type);
            }
        }
    }

    /** The array that all lanes find their bytes in, or an empty one. */
    private static byte[] array(Warp warp, int lanes, Space space, int bytes) {
        return switch (space) {
            case SHARED -> warp.block.shared().bytes();
            case GLOBAL -> warp.block.global().page(Access.lowest(warp, lanes), Access.highest(warp, lanes) + bytes);
            case LOCAL, PARAM, GENERIC -> GlobalView.NONE;
        };
    }

    private static void apart(Warp warp, int lanes, Space space, long further, Row row, Type type, boolean writes) {
        int i = 0;
        for (int rest = lanes; rest != 0; rest &= rest - 1, i++) {
            int lane = Lanes.first(rest);
            long at = warp.addresses[i] + further;
            if (writes) {
                Access.store(warp, lane, space, at, type.bytes(), row.get(warp, lane));
            } else {
                row.set(warp, lane, type.extend(Access.load(warp, lane, space, at, type.bytes())));
            }
        }
    }

    static Step convertAddress(Line line) {
        long window = space(line).window();
        long by = line.has("to") ? -window : window;
        return Steps.any(line.row(0, true), line.row(1, true), a -> a + by);
    }
}
