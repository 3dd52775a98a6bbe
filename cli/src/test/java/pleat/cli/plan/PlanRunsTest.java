package pleat.cli.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import pleat.passes.estimate.Estimate;
import pleat.passes.machine.Machine;
import pleat.passes.space.NamedPlan;
import pleat.passes.space.Outcome;

/** Whose run stands in a row. */
final class PlanRunsTest {
    private static final long BUDGET = 100;
    private static final Machine.Interval TENTH = new Machine.Interval(0.9, 1.1);

    private static final Outcome AUTO = outcome(NamedPlan.AUTO);
    private static final Outcome DAP = outcome(NamedPlan.DAP);
    private static final Outcome TP = outcome(NamedPlan.TP);

    private static Outcome outcome(NamedPlan plan) {
        return new Outcome(plan, Optional.empty(), "", 0);
    }

    private static MeasuredPlan run(double estimateMs, double measuredMs, long bytes) {
        return new MeasuredPlan(measuredMs, bytes, new Estimate(estimateMs / 1e3, bytes, 0, 0, List.of()), ImmutableList.of());
    }

    private static Optional<Outcome> standing(Outcome row, ImmutableMap<Outcome, MeasuredPlan> runs) {
        return PlanRuns.standing(row, runs, TENTH, BUDGET);
    }

    @Test
    void wherePlansAreExpectedToTakeTheSameTheRunDecides() {
        var runs = ImmutableMap.of(AUTO, run(100, 112, 50), DAP, run(105, 108, 50));
        assertEquals(Optional.of(DAP), standing(AUTO, runs));
        assertEquals(Optional.of(DAP), standing(DAP, runs));
    }

    @Test
    void whatIsExpectedToBeSlowerIsNotTakenForOneFastRun() {
        var runs = ImmutableMap.of(AUTO, run(100, 112, 50), DAP, run(130, 108, 50));
        assertEquals(Optional.of(AUTO), standing(AUTO, runs));
    }

    @Test
    void whatIsAboveTheBudgetIsNotTaken() {
        var runs = ImmutableMap.of(AUTO, run(100, 112, 50), TP, run(80, 80, BUDGET + 1));
        assertEquals(Optional.of(AUTO), standing(AUTO, runs));
    }

    @Test
    void aPlanThatWasNotRunHasNoRun() {
        assertEquals(Optional.empty(), standing(TP, ImmutableMap.of(DAP, run(100, 100, 50))));
        assertEquals(Optional.empty(), standing(AUTO, ImmutableMap.of()));
    }
}
