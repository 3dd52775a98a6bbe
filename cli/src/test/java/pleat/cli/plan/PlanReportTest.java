package pleat.cli.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.cli.StackSource;
import pleat.cli.compile.ModelReference;
import pleat.cli.machine.Machines;
import pleat.cli.model.ModelRegistry;
import pleat.ir.type.DType;
import pleat.passes.estimate.Training;
import pleat.passes.machine.Execution;
import pleat.passes.machine.Prices;
import pleat.passes.planner.SearchOptions;
import pleat.passes.space.NamedPlan;
import pleat.passes.space.Outcome;
import pleat.passes.space.Planner;
import pleat.passes.space.StatePolicy;

/** What is said of a budget that nothing fits in tells what was proven from what was found. */
final class PlanReportTest {
    /** Ends before anything is proven. */
    private static final SearchOptions HASTY = new SearchOptions(0.2, 1);

    @TempDir
    Path folder;

    private Planner planner;

    @BeforeEach
    void read() throws IOException {
        var reference = ModelReference.parse(StackSource.in(folder), ModelRegistry.load(), _ -> {});
        planner = Planner.of(StepOptions.of(Map.of("n", 512L), 1).prepared(reference), true);
    }

    private Outcome within(long bytes, SearchOptions effort) {
        return planner.plan(NamedPlan.AUTO, request(1, bytes, effort));
    }

    private static Planner.Request request(int devices, long bytes, SearchOptions effort) {
        var prices = new Prices(Machines.named("a100-40g"), Execution.PLEAT, DType.F32);
        return new Planner.Request(prices, devices, bytes, StatePolicy.of(Training.MOMENTUM), ImmutableList.of(), ImmutableMap.of(), effort);
    }

    private static PlanRow row(Outcome outcome) {
        return PlanRow.of(outcome, Machines.named("a100-40g"), 1);
    }

    @Test
    void theSmallestIsProven() {
        var outcome = within(1, PlanOptions.EFFORT);
        assertEquals(outcome.bytes(), outcome.lowerBoundBytes());
        assertEquals(row(outcome).peakBytes(), row(outcome).leastBytes());
        var said = PlanReport.refusal(outcome);
        assertTrue(said.contains("no plan is within the budget\n"), said);
        assertTrue(said.contains("the smallest plan of that name needs --memory " + outcome.bytes()), said);
    }

    @Test
    void oneThatIsEnoughIsNotSaidToBeTheSmallest() {
        var outcome = within(1, HASTY);
        assertTrue(outcome.lowerBoundBytes() < outcome.bytes(), "the search ended late");
        assertEquals(outcome.lowerBoundBytes(), row(outcome).leastBytes());
        var said = PlanReport.refusal(outcome);
        assertTrue(said.contains("a plan of that name needs --memory " + outcome.bytes()), said);
        assertTrue(said.contains("no plan needs less than " + outcome.lowerBoundBytes()), said);
    }

    @Test
    void wherePlansMayBeLeftThatFitThatIsSaid() {
        long bound = within(1, HASTY).lowerBoundBytes();
        var said = PlanReport.refusal(within(bound, HASTY));
        assertTrue(said.contains("that there is none is not proven"), said);
        assertTrue(PlanReport.refusal(within(bound - 1, HASTY)).contains("no plan is within the budget\n"));
    }

    @Test
    void ofSeveralThatDoNotFitTheReasonIsSaidOnce() {
        var plans = Stream.of(NamedPlan.SINGLE, NamedPlan.DP, NamedPlan.TP)
                .map(plan -> planner.plan(plan, request(plan == NamedPlan.DP ? 1024 : 2, 1, PlanOptions.EFFORT))).toList();
        var said = PlanReport.refusals(plans);
        assertEquals(2, said.size());
        assertTrue(said.getFirst().startsWith("plans single, tp cannot be had: no plan is within the budget\n  = help: the smallest of them, tp, needs --memory " + plans.getLast().bytes()),
                said.getFirst());
        assertTrue(said.getLast().contains("\n  = help: --batch "), said.getLast());
    }
}
