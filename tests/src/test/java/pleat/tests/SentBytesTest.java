package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.cli.compile.ModelReference;
import pleat.cli.machine.Machines;
import pleat.cli.model.ModelRegistry;
import pleat.cli.plan.ShippedPins;
import pleat.cli.plan.StepOptions;
import pleat.ir.derive.Transfers;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.type.DType;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.grad.Differentiate;
import pleat.passes.machine.Execution;
import pleat.passes.machine.Prices;
import pleat.passes.planner.SearchOptions;
import pleat.passes.shard.ShardModule;
import pleat.passes.space.NamedPlan;
import pleat.passes.space.Outcome;
import pleat.passes.space.Planner;
import pleat.passes.space.StatePolicy;

/** The bytes that a plan says it sends are those of the programs of its devices: of all named plans, and of the automatic one within three budgets. */
final class SentBytesTest {
    /** Enough for a plan and for a small one; nothing has to be proven. */
    private static final SearchOptions EFFORT = new SearchOptions(0.05, 64);
    private static final List<String> GRADIENTS = List.of("grad/param/*");

    private static TensorModule model(String name, long batch) {
        Map<String, Long> sizes = switch (name) {
            case "EvoformerBlock" -> Map.of("s", 4L, "r", 6L, "c_m", 16L, "c_z", 8L);
            case "evoformer-stack" -> Map.of("no_blocks", 3L, "s", 4L, "r", 6L, "c_m", 16L, "c_z", 8L, "c_s", 12L);
            case "evoformer-simplified" -> Map.of("no_blocks", 2L, "s", 4L, "r", 8L, "cm", 16L, "cz", 8L);
            case "Layers" -> Map.of("r", 12L);
            default -> Map.of("n", 12L, "dim", 16L, "dim_single_cond", 8L, "dim_pairwise", 4L, "heads", 4L);
        };
        String source = name.equals("Layers") ? Goldens.root().resolve("bench/dropout.pleat") + ":" + name : name;
        return StepOptions.of(sizes, batch).prepared(ModelReference.parse(source, ModelRegistry.load(), _ -> {}));
    }

    /** On a machine whose links are so fast that small models are split. */
    private static Outcome plan(TensorModule module, NamedPlan plan, int devices, long budget) {
        var prices = new Prices(Machines.named(Goldens.root().resolve("bench/fast-links.json").toString()), Execution.PLEAT, DType.F32);
        var request = new Planner.Request(prices, devices, budget, StatePolicy.MOMENTUM, ImmutableList.of(), ShippedPins.of(module.name()), EFFORT);
        return Planner.of(module, true).plan(plan, request);
    }

    private static long mostSent(TensorModule module, Outcome outcome) {
        var sharded = outcome.sharded(module);
        var keep = outcome.recomputation(sharded).keep();
        return ShardModule.all(sharded.module(), sharded.plan()).stream().mapToLong(device -> {
            var step = PassManager.quiet().run(device, List.of(Differentiate.of(GRADIENTS, keep)));
            return sent(PassManager.quiet().run(PassManager.quiet().run(step, Pipelines.cleanUp()), Pipelines.beforeTiling()));
        }).max().orElseThrow();
    }

    private static long sent(TensorModule device) {
        long bytes = 0;
        for (Function function : device.functions().values()) {
            long runs = function.name().equals(device.entry()) ? 1 : runs(device, function.name());
            bytes += function.body().stream().filter(Op.Collective.class::isInstance).map(Op.Collective.class::cast)
                    .mapToLong(op -> runs * Transfers.sentBytes(op.transfer(), op.operand().type(), device.device().orElseThrow())).sum();
        }
        return bytes;
    }

    private static long runs(TensorModule device, String body) {
        return device.entryFunction().body().stream().filter(Op.Repeat.class::isInstance).map(Op.Repeat.class::cast)
                .filter(repeat -> repeat.body().callee().equals(body)).mapToLong(repeat -> repeat.body().count()).sum();
    }

    private static void check(TensorModule module, Outcome outcome, String what) {
        assertEquals(outcome.tally().sentBytes(), mostSent(module, outcome), what);
    }

    /** On three devices 4 and 8 positions do not go up. */
    @ParameterizedTest
    @CsvSource({"EvoformerBlock, 2", "EvoformerBlock, 3", "evoformer-stack, 2", "evoformer-stack, 3", "evoformer-simplified, 2", "evoformer-simplified, 3",
        "DiffusionTransformerLayer, 4", "DiffusionTransformerLayer, 5"})
    void namedPlansSendWhatTheySay(String model, int devices) {
        var one = model(model, 1);
        int there = 0;
        for (NamedPlan plan : NamedPlan.values()) {
            boolean isOfSamples = plan == NamedPlan.DP || plan == NamedPlan.ZERO;
            if (!isOfSamples || !model.equals("evoformer-simplified")) {
                var module = isOfSamples ? model(model, devices) : one;
                var outcome = plan(module, plan, devices, 1L << 40);
                assertTrue(outcome.exists(), plan.text());
                check(module, outcome, plan.text());
                there++;
            }
        }
        assertTrue(there >= 5);
    }

    @ParameterizedTest
    @CsvSource({"EvoformerBlock, 2", "EvoformerBlock, 3", "evoformer-stack, 2", "evoformer-stack, 3", "evoformer-simplified, 2", "DiffusionTransformerLayer, 3",
        "Layers, 2", "Layers, 3"})
    void theAutomaticPlanSendsWhatItSaysWithinEachBudget(String model, int devices) {
        var module = model(model, 1);
        var most = plan(module, NamedPlan.AUTO, devices, 1L << 40);
        long least = plan(module, NamedPlan.AUTO, devices, 1).bytes();
        check(module, most, "all that it wants");
        for (long budget : new long[] {(most.bytes() + least) / 2, least + (most.bytes() - least) / 50}) {
            var outcome = plan(module, NamedPlan.AUTO, devices, budget);
            assertTrue(outcome.isFeasible() && outcome.bytes() <= budget);
            check(module, outcome, budget + " bytes");
        }
    }
}
