package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.cli.compile.ModelReference;
import pleat.cli.estimate.StepModel;
import pleat.cli.machine.Machines;
import pleat.cli.model.ModelRegistry;
import pleat.cli.plan.ShippedPins;
import pleat.frontend.ConfigValue;
import pleat.frontend.Frontend;
import pleat.ir.tensor.TensorModule;
import pleat.ir.type.DType;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.estimate.EagerStep;
import pleat.passes.estimate.Recompute;
import pleat.passes.estimate.Training;
import pleat.passes.machine.Execution;
import pleat.passes.machine.Prices;
import pleat.passes.planner.SearchOptions;
import pleat.passes.space.NamedPlan;
import pleat.passes.space.Outcome;
import pleat.passes.space.Planner;
import pleat.passes.space.StatePolicy;

/** In eager execution the planner's sums are what a simulated step comes to. */
final class EagerPricesTest {
    private static final Prices PRICES = new Prices(Machines.named("evo-e2e"), Execution.EAGER, DType.F16);
    private static final long BLOCKS = 8;

    private static TensorModule module(String model) {
        var reference = ModelReference.parse(model, ModelRegistry.load(), _ -> {});
        var frontend = reference.open();
        var sizes = ImmutableMap.of("no_blocks", ConfigValue.of(BLOCKS), "s", ConfigValue.of(128L), "r", ConfigValue.of(256L));
        return PassManager.quiet().run(frontend.compile(reference.module(frontend), new Frontend.Request(sizes, ImmutableMap.of())), Pipelines.prepare(Map.of()));
    }

    private static Outcome plan(TensorModule module, NamedPlan plan, int devices, long budget) {
        return Planner.of(module, true).plan(plan, new Planner.Request(PRICES, devices, budget, StatePolicy.MOMENTUM, ImmutableList.of(),
                ShippedPins.of(module.name()), new SearchOptions(0.01, 6)));
    }

    @ParameterizedTest
    @CsvSource({"evoformer-simplified, single, 1", "evoformer-simplified, dap, 2", "evoformer-simplified, dap-fastfold, 4", "evoformer-stack, single, 1",
        "evoformer-stack, dap, 2", "evoformer-stack, dap-fastfold, 4"})
    void planAndSimulatedStepAgree(String model, String name, int devices) {
        var module = module(model);
        var outcome = plan(module, NamedPlan.parse(name).orElseThrow(), devices, 1L << 50);
        var step = EagerStep.of(StepModel.onOneDevice(module, name, devices, true, PRICES), Training.MOMENTUM, Recompute.NONE, PRICES);
        assertEquals(1, outcome.timePicos() / 1e12 / step.seconds(), 0.03, () -> "time");
        assertEquals(1, (double) outcome.bytes() / step.peakBytes(), 0.05, () -> "memory");
        assertEquals(1, (outcome.tally().sentBytes() + 1) / (step.sentBytes() + 1), 0.01, () -> "bytes sent");
        assertEquals(0, outcome.tally().recomputeFlops());
    }

    @ParameterizedTest
    @CsvSource({"evoformer-simplified", "evoformer-stack"})
    void lessMemoryTakesTimeBetweenKeepingAllAndComputingBlocksAgain(String model) {
        var module = module(model);
        var all = plan(module, NamedPlan.SINGLE, 1, 1L << 50);
        var half = plan(module, NamedPlan.SINGLE, 1, all.bytes() / 2);
        var again = EagerStep.of(module, Training.MOMENTUM, Recompute.BLOCK, PRICES);
        assertTrue(half.isFeasible() && half.tally().recomputeFlops() > 0);
        assertTrue(all.timePicos() < half.timePicos() && half.timePicos() / 1e12 < again.seconds());
    }
}
