package pleat.tests;

import java.util.ArrayList;
import java.util.List;
import pleat.ir.plan.Plan;

/** What every plan's memory must be like. */
final class PlanMemory {
    /** How much larger than the largest sum of live bytes an arena may be. */
    private static final double SLACK = 1.05;

    private PlanMemory() {}

    static List<String> violations(Plan plan) {
        var violations = new ArrayList<String>();
        var arena = plan.arena();
        // Offsets are multiples of the alignment, which counts where buffers are tiny.
        long padding = plan.buffers().stream().mapToLong(b -> -b.place().bytes() & Plan.ALIGNMENT_BYTES - 1).sum() + Plan.SLACK_BYTES;
        if (arena.bytes() > SLACK * arena.liveBytes() + padding) {
            violations.add("the arena takes %d bytes where %d are live".formatted(arena.bytes(), arena.liveBytes()));
        }
        return violations;
    }
}
