package pleat.codegen.gpu;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/** Whether a lane has registers for what it keeps of a row: each tile from where it is made, or first read, to where it is last read. */
final class RowRegisters {
    private static final int MOST = 96;
    /** For one tile: more are as many loads on their way. */
    private static final int MOST_NUMBERS = 32;

    private final Step.Rows rows;
    private final Map<Leaf, int[]> lives = new LinkedHashMap<>();

    private RowRegisters(Step.Rows rows) {
        this.rows = rows;
        for (int time = 0; time < rows.steps().size(); time++) {
            var step = rows.steps().get(time);
            for (Leaf leaf : RowCode.value(step).leaves()) {
                live(leaf, time);
            }
            if (step instanceof Step.Fill(_, _, Home home)) {
                live(new Leaf.InHome(home), time);
            }
        }
    }

    static boolean fit(BlockAxes axes, Step.Rows rows, boolean isWide) {
        int numbers = RowLanes.of(axes, rows, isWide).numbers();
        return numbers <= MOST_NUMBERS && (long) numbers * new RowRegisters(rows).most() <= MOST;
    }

    private void live(Leaf leaf, int time) {
        if (rows.columns().stream().anyMatch(axis -> !LeafDistances.isSame(leaf, axis))) {
            lives.computeIfAbsent(leaf, _ -> new int[] {time, time})[1] = time;
        }
    }

    private long most() {
        return IntStream.range(0, rows.steps().size()).mapToLong(time -> lives.values().stream().filter(life -> life[0] <= time && time <= life[1]).count())
                .max().orElse(0);
    }
}
