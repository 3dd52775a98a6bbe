package pleat.runtime.emulator;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Gives each register, constant and special register of a kernel its row. */
final class Registers {
    private final Map<Integer, Row> narrowConstants = new LinkedHashMap<>();
    private final Map<Long, Row> wideConstants = new LinkedHashMap<>();
    private final Map<Special, Row> specials = new LinkedHashMap<>();
    private int narrowRows;
    private int wideRows;

    Row fresh(boolean wide) {
        return new Row(wide, Row.LANES * (wide ? wideRows++ : narrowRows++));
    }

    Row constant(boolean wide, long value) {
        return wide ? wideConstants.computeIfAbsent(value, v -> fresh(true))
                : narrowConstants.computeIfAbsent((int) value, v -> fresh(false));
    }

    Row special(Special special) {
        return specials.computeIfAbsent(special, s -> fresh(false));
    }

    int narrowSize() {
        return narrowRows * Row.LANES;
    }

    int wideSize() {
        return wideRows * Row.LANES;
    }

    /** Writes constants and special registers, and marks the rest with a pattern that is no sensible number. */
    void fill(Warp warp) {
        Arrays.fill(warp.narrow, 0x7fbadbad);
        Arrays.fill(warp.wide, 0x7ffbadbadbadbadL);
        narrowConstants.forEach((value, row) -> Arrays.fill(warp.narrow, row.base(), row.base() + Row.LANES, value));
        wideConstants.forEach((value, row) -> Arrays.fill(warp.wide, row.base(), row.base() + Row.LANES, value));
        specials.forEach((special, row) -> {
            for (int lane = 0; lane < Row.LANES; lane++) {
                warp.narrow[row.base() + lane] = special.value(warp.block, warp.index, lane);
            }
        });
    }
}
