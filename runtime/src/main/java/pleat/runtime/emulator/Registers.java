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

    /** What narrow registers hold before a warp starts: constants, and else a pattern that is no sensible number. */
    int[] freshNarrow() {
        int[] fresh = new int[narrowRows * Row.LANES];
        Arrays.fill(fresh, 0x7fbadbad);
        narrowConstants.forEach((value, row) -> Arrays.fill(fresh, row.base(), row.base() + Row.LANES, value));
        return fresh;
    }

    long[] freshWide() {
        long[] fresh = new long[wideRows * Row.LANES];
        Arrays.fill(fresh, 0x7ffbadbadbadbadL);
        wideConstants.forEach((value, row) -> Arrays.fill(fresh, row.base(), row.base() + Row.LANES, value));
        return fresh;
    }

    void fillSpecials(Warp warp) {
        specials.forEach((special, row) -> {
            for (int lane = 0; lane < Row.LANES; lane++) {
                warp.narrow[row.base() + lane] = special.value(warp.block, warp.index, lane);
            }
        });
    }
}
