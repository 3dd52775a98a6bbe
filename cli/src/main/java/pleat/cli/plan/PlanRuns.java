package pleat.cli.plan;

import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import pleat.cli.compile.Phases;
import pleat.cli.devices.PlanExecution;
import pleat.cli.run.SyntheticTensors;
import pleat.cli.saved.SavedPlan;
import pleat.ir.diagnostic.UserException;
import pleat.passes.machine.Prices;
import pleat.passes.space.NamedPlan;
import pleat.passes.space.Outcome;

/** Plans on devices of this process: as many at once as there is memory for, in turns. */
final class PlanRuns {
    private final Prices prices;
    private final Path cache;
    private final Consumer<String> note;
    private final Map<Outcome, PlanExecution> ready = new LinkedHashMap<>();
    private final Map<Outcome, MeasuredPlan> measured = new LinkedHashMap<>();

    private PlanRuns(Prices prices, Path cache, Consumer<String> note) {
        this.prices = prices;
        this.cache = cache;
        this.note = note;
    }

    /** @param note takes why a plan was not run */
    static ImmutableMap<Outcome, MeasuredPlan> of(Map<Outcome, SavedPlan> plans, Prices prices, Path cache, Consumer<String> note) {
        var runs = new PlanRuns(prices, cache, note);
        try {
            plans.forEach(runs::add);
            runs.measure();
        } finally {
            runs.close();
        }
        return ImmutableMap.copyOf(runs.measured);
    }

    /**
     * What stands in the row of a plan: its own run, and for the automatic plan that of the programs which are expected to take least. Any named plan is one
     * that it could have been, and what kernels and exchanges of the programs take is known better than what the search could know.
     */
    static Optional<MeasuredPlan> of(Outcome outcome, Map<Outcome, MeasuredPlan> runs, long budgetBytes) {
        return outcome.plan() != NamedPlan.AUTO ? Optional.ofNullable(runs.get(outcome)) : runs.values().stream().filter(run -> run.estimate().peakBytes() <= budgetBytes)
                .min((a, b) -> Double.compare(a.estimate().seconds(), b.estimate().seconds())).or(() -> Optional.ofNullable(runs.get(outcome)));
    }

    private void add(Outcome outcome, SavedPlan saved) {
        try {
            prepare(outcome, saved);
        } catch (UserException full) {
            if (ready.isEmpty()) {
                note.accept("plan " + outcome.plan().text() + " was not run: " + full.getMessage());
                return;
            }
            measure();
            add(outcome, saved);
        }
    }

    private void prepare(Outcome outcome, SavedPlan saved) {
        var place = new PlanExecution.Place(PlanExecution.Place.share(saved.devices()), cache, Optional.empty());
        var execution = PlanExecution.prepare(saved, place, Phases.quiet(), note);
        ready.put(outcome, execution);
        execution.tensors().fill(execution.ensemble().runners(), buffer -> SyntheticTensors.of(buffer, SyntheticTensors.SEED));
    }

    private void measure() {
        var found = MeasuredPlan.of(ready.values().stream().map(PlanExecution::ensemble).toList(), prices);
        int next = 0;
        for (Outcome outcome : ready.keySet()) {
            measured.put(outcome, found.get(next++));
        }
        close();
    }

    private void close() {
        ready.values().forEach(PlanExecution::close);
        ready.clear();
    }
}
