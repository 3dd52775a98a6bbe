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

    static Step load(Line line) {
        Space space = space(line);
        Type type = line.type();
        int bytes = type.bytes();
        return each(line, space, 1, line.rows(0, type.isWide()).toArray(Row[]::new), false,
                (warp, lane, at, row) -> row.set(warp, lane, type.extend(Access.load(warp, lane, space, at, bytes))));
    }

    static Step store(Line line) {
        Space space = space(line);
        Type type = line.type();
        int bytes = type.bytes();
        return each(line, space, 0, line.rows(1, type.isWide()).toArray(Row[]::new), true,
                (warp, lane, at, row) -> Access.store(warp, lane, space, at, bytes, row.get(warp, lane)));
    }

    /** What an instruction does with one of its numbers. */
    private interface Move {
        void run(Warp warp, int lane, long at, Row row);
    }

    private static Step each(Line line, Space space, int operand, Row[] rows, boolean isStored, Move move) {
        Line.Address address = line.address(operand);
        int bytes = line.type().bytes();
        int all = bytes * rows.length;
        return (warp, lanes) -> {
            Access.count(warp, lanes, space, address, all);
            for (int rest = lanes; rest != 0; rest &= rest - 1) {
                int lane = Lanes.first(rest);
                long at = address.get(warp, lane);
                Access.check(warp, lane, space, at, all, isStored);
                for (int i = 0; i < rows.length; i++) {
                    move.run(warp, lane, at + (long) i * bytes, rows[i]);
                }
            }
        };
    }

    static Step convertAddress(Line line) {
        long window = space(line).window();
        long by = line.has("to") ? -window : window;
        return Steps.any(line.row(0, true), line.row(1, true), a -> a + by);
    }
}
