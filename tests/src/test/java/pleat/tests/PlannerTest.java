package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.cli.compile.ModelReference;
import pleat.cli.machine.Machines;
import pleat.cli.model.ModelRegistry;
import pleat.cli.plan.StepOptions;
import pleat.frontend.ConfigValue;
import pleat.frontend.Frontend;
import pleat.ir.derive.Cost;
import pleat.ir.derive.Transfers;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.type.DType;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.grad.Differentiate;
import pleat.passes.estimate.Moment;
import pleat.passes.machine.Execution;
import pleat.passes.machine.Prices;
import pleat.passes.planner.SearchOptions;
import pleat.passes.shard.ShardModule;
import pleat.passes.space.NamedPlan;
import pleat.passes.space.Outcome;
import pleat.passes.space.Pin;
import pleat.passes.space.Planner;
import pleat.passes.space.StatePolicy;

/** What the abstract problem says of a plan is what the programs of the devices do. */
final class PlannerTest {
    /** Enough for a plan; the proof may stay open. */
    private static final SearchOptions EFFORT = new SearchOptions(0.01, 6);
    private static final TensorModule STACK = module("evoformer-stack", 3, 8, 16);
    private static final TensorModule BATCH = StepOptions.of(Map.of("no_blocks", 3L, "s", 8L, "r", 16L), 2)
            .prepared(ModelReference.parse("evoformer-stack", ModelRegistry.load(), _ -> {}));

    private static TensorModule module(String model, long blocks, long s, long r) {
        var reference = ModelReference.parse(model, ModelRegistry.load(), _ -> {});
        var frontend = reference.open();
        var sizes = ImmutableMap.of("no_blocks", ConfigValue.of(blocks), "s", ConfigValue.of(s), "r", ConfigValue.of(r));
        var source = frontend.compile(reference.module(frontend), new Frontend.Request(sizes, ImmutableMap.of()));
        return PassManager.quiet().run(source, Pipelines.prepare(Map.of()));
    }

    private static Outcome plan(TensorModule module, NamedPlan plan, int devices, boolean training, long budget) {
        var prices = new Prices(Machines.named("evo-e2e"), Execution.PLEAT, DType.F32);
        var request = new Planner.Request(prices, devices, budget, training ? StatePolicy.MOMENTUM : StatePolicy.INFERENCE, ImmutableList.of(),
                plan.pins().map(name -> ImmutableMap.of(plan, pins(module.name() + "." + name))).orElse(ImmutableMap.of()), SearchOptions.DEFAULT);
        return Planner.of(module, training).plan(plan, request);
    }

    private static ImmutableList<Pin> pins(String name) {
        try (var stream = PlannerTest.class.getResourceAsStream("/pleat/models/plans/" + name + ".pins")) {
            return Pin.parse(name, new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    /** Collectives that send something, and their bytes, over all iterations. */
    private record Sent(long collectives, long bytes) {
        static Sent of(TensorModule device) {
            long collectives = 0;
            long bytes = 0;
            for (Function function : device.functions().values()) {
                long runs = function.name().equals(device.entry()) ? 1 : runs(device, function.name());
                for (Op op : function.body()) {
                    if (op instanceof Op.Collective collective) {
                        long sent = Transfers.sentBytes(collective.transfer(), collective.operand().type(), device.device().orElseThrow());
                        collectives += sent > 0 ? runs : 0;
                        bytes += runs * sent;
                    }
                }
            }
            return new Sent(collectives, bytes);
        }

        private static long runs(TensorModule device, String body) {
            return device.entryFunction().body().stream().filter(Op.Repeat.class::isInstance).map(Op.Repeat.class::cast)
                    .filter(repeat -> repeat.body().callee().equals(body)).mapToLong(repeat -> repeat.body().count()).sum();
        }
    }

    @ParameterizedTest
    @CsvSource({"dap, 2, 15", "dap, 4, 15", "dap-fastfold, 2, 12", "dap-fastfold, 8, 12"})
    void collectivesBytesAndFlopsAreThoseOfTheDevicesProgram(String name, int devices, int collectives) {
        var outcome = plan(STACK, NamedPlan.parse(name).orElseThrow(), devices, false, 1L << 40);
        var sharded = outcome.sharded(STACK);
        var device = ShardModule.of(sharded.module(), sharded.plan(), sharded.plan().mesh().device(0));
        var sent = Sent.of(device);
        assertEquals(3 * collectives + 1, sent.collectives());
        assertEquals(sent.collectives(), outcome.tally().forward());
        assertEquals(sent.bytes(), outcome.tally().sentBytes());
        assertEquals(Cost.of(device).flops(), outcome.tally().forwardFlops());
    }

    @ParameterizedTest
    @CsvSource({"dap, 2, true, 100", "auto, 4, true, 100", "auto, 4, true, 60", "single, 1, true, 90", "zero, 2, true, 100", "auto, 2, false, 100"})
    void aTimelineAddsUpToThePlan(String name, int devices, boolean training, int percent) {
        var plan = NamedPlan.parse(name).orElseThrow();
        var whole = plan(plan == NamedPlan.ZERO ? BATCH : STACK, plan, devices, training, 1L << 40);
        var outcome = percent == 100 ? whole : plan(STACK, plan, devices, training, whole.bytes() * percent / 100);
        assertTrue(outcome.isFeasible());
        var line = outcome.timeline();
        assertEquals(outcome.timePicos() / 1e12, line.seconds(), 1e-12);
        assertEquals(outcome.bytes(), line.peak().orElseThrow().bytes());
        assertEquals(line.peak().orElseThrow().bytes(), line.moments().stream().mapToLong(Moment::liveBytes).max().orElseThrow());
        assertEquals(line.seconds(), line.moments().getLast().end(), 1e-9);
    }

    /** With what is kept, what is brought again on the way back, and the gradients of weights. */
    @ParameterizedTest
    @CsvSource({"dap, 2", "dap-fastfold, 4", "tp, 4", "auto, 2"})
    void aTrainingStepSendsWhatIsCounted(String name, int devices) {
        var outcome = plan(STACK, NamedPlan.parse(name).orElseThrow(), devices, true, 1L << 40);
        var sharded = outcome.sharded(STACK);
        var device = ShardModule.of(sharded.module(), sharded.plan(), sharded.plan().mesh().device(0));
        var step = PassManager.quiet().run(PassManager.quiet().run(device, List.of(Differentiate.of(List.of("grad/param/*"), outcome.recomputation(sharded).keep()))),
                Pipelines.cleanUp());
        assertEquals(Sent.of(step).bytes(), outcome.tally().sentBytes());
    }

    @Test
    void automaticIsAsFastAsAnyPlanThatFits() {
        var all = Stream.of(NamedPlan.values()).map(plan -> plan(STACK, plan, 2, true, 1L << 40)).toList();
        var auto = all.stream().filter(outcome -> outcome.plan() == NamedPlan.AUTO).findFirst().orElseThrow();
        all.stream().filter(Outcome::isFeasible).forEach(other -> assertTrue(auto.timePicos() <= other.timePicos(), () -> other.plan().text()));
    }

    @Test
    void aPlanForABatchNeedsOne() {
        assertFalse(plan(STACK, NamedPlan.DP, 2, true, 1L << 40).exists());
        assertFalse(plan(STACK, NamedPlan.ZERO, 2, true, 1L << 40).exists());
    }

    /** Without a repetition nothing is handed on: the batch has to be seen in the ops themselves. */
    @Test
    void aBatchIsSplitWithoutARepetition() {
        var sizes = Map.of("n", 6L, "dim", 8L, "dim_single_cond", 8L, "dim_pairwise", 4L, "heads", 2L);
        var layer = StepOptions.of(sizes, 2).prepared(ModelReference.parse("DiffusionTransformerLayer", ModelRegistry.load(), _ -> {}));
        var outcome = plan(layer, NamedPlan.DP, 2, true, 1L << 40);
        assertTrue(outcome.exists());
        var sharded = outcome.sharded(layer);
        var device = ShardModule.of(sharded.module(), sharded.plan(), sharded.plan().mesh().device(0));
        assertTrue(Cost.of(device).flops() <= Cost.of(layer).flops() * 0.51, () -> Cost.of(device).flops() + " of " + Cost.of(layer).flops());
        assertFalse(plan(layer, NamedPlan.DP, 3, true, 1L << 40).exists());
    }

    @Test
    void lessMemoryIsNotFaster() {
        var whole = plan(STACK, NamedPlan.SINGLE, 1, true, 1L << 40);
        var less = plan(STACK, NamedPlan.SINGLE, 1, true, whole.bytes() * 9 / 10);
        assertTrue(less.isFeasible() && less.bytes() <= whole.bytes() * 9 / 10);
        assertTrue(less.timePicos() >= whole.timePicos() && less.tally().recomputeFlops() > 0);
    }

    @Test
    void aBudgetThatNothingFitsInIsSaidSo() {
        var outcome = plan(STACK, NamedPlan.SINGLE, 1, true, 1000);
        assertFalse(outcome.isFeasible());
        assertTrue(outcome.exists() && outcome.bytes() > 1000);
    }
}
