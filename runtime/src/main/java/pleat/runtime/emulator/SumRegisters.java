package pleat.runtime.emulator;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import pleat.runtime.emulator.Action.Step;

/** Watches the registers that units of warp groups compute: who touches one says so. Other instructions, and kernels without such units, are as they were. */
final class SumRegisters {
    private static final String UNITS = "wgmma";

    private SumRegisters() {}

    /** @param lines those of the instructions, one for each */
    static Instruction[] watched(List<Instruction> code, List<Line> lines) {
        var sums = sums(lines);
        var watched = code.toArray(Instruction[]::new);
        for (int i = 0; i < watched.length && !sums.isEmpty(); i++) {
            int[] touched = lines.get(i).namedOf(sums);
            if (touched.length > 0 && !lines.get(i).name().equals(UNITS)) {
                var of = watched[i];
                watched[i] = new Instruction(of.origin(), of.guardRow(), of.guardNegated(), watched(of.action(), touched));
            }
        }
        return watched;
    }

    private static Set<Integer> sums(List<Line> lines) {
        var sums = new LinkedHashSet<Integer>();
        lines.stream().filter(line -> line.name().equals(UNITS) && line.part(1).equals("mma_async"))
                .forEach(line -> line.rows(0, false).forEach(row -> sums.add(row.narrowBase())));
        return sums;
    }

    private static Action watched(Action action, int[] touched) {
        return switch (action) {
            case Action.Single(Step step) -> new Action.Single(watched(step, touched));
            case Action.Aligned(Step step) -> new Action.Aligned(watched(step, touched));
            case Action.Masked(Step step, int maskRow) -> new Action.Masked(watched(step, touched), maskRow);
            case Action.Barrier _, Action.Branch _, Action.Exit _ -> action;
        };
    }

    private static Step watched(Step step, int[] touched) {
        return (warp, lanes) -> {
            warp.products.touch(Lanes.first(lanes), touched);
            step.run(warp, lanes);
        };
    }
}
