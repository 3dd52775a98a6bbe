package pleat.cli.plan;

import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import pleat.cli.compile.Phases;
import pleat.cli.devices.PlanExecution;
import pleat.cli.run.SyntheticTensors;
import pleat.cli.saved.SavedPlan;
import pleat.ir.diagnostic.UserException;
import pleat.passes.machine.Machine;
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
     * The plan whose run stands in the row of one: that one, and for the automatic plan, which could have been any named one, the programs that are expected to
     * take least. Where the intervals of several meet theirs, nothing is known of their order but what the runs say, and the fastest of them is taken.
     *
     * @param runs of the plans that were run
     */
    static Optional<Outcome> standing(Outcome outcome, Map<Outcome, MeasuredPlan> runs, Machine.Interval interval, long budgetBytes) {
        if (outcome.plan() != NamedPlan.AUTO) {
            return Optional.of(outcome).filter(runs::containsKey);
        }
        var fit = runs.entrySet().stream().filter(run -> run.getValue().estimate().peakBytes() <= budgetBytes).toList();
        double least = fit.stream().mapToDouble(run -> run.getValue().estimate().seconds()).min().orElse(0);
        return fit.stream().filter(run -> run.getValue().estimate().seconds() * interval.low() <= least * interval.high())
                .min(Comparator.comparingDouble(run -> run.getValue().medianMs())).map(Map.Entry::getKey).or(() -> Optional.of(outcome).filter(runs::containsKey));
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
