package pleat.passes.planner;

import java.util.List;
import java.util.Optional;

/**
 * A choice for every copy, with what it costs.
 *
 * @param runs      in the order of the chain; the counts of a link's runs sum to its count
 * @param timePicos with the fixed time
 * @param bytes     fixed, saved and transient
 * @param peak      absent where no region has an instant
 */
public record BlockPlan(List<Run> runs, long timePicos, long bytes, Optional<Peak> peak) {
    public BlockPlan {
        runs = List.copyOf(runs);
    }

    /**
     * Where memory is fullest: at this instant, in the first copy of this run.
     *
     * @param run position in the runs
     */
    public record Peak(int run, int region, int instant, long savedBytes, long transientBytes) {}
}
