package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.cli.model.ModelName;
import pleat.frontend.Frontend;
import pleat.frontend.check.Library;
import pleat.ir.diagnostic.Source;
import pleat.ir.mesh.Mesh;
import pleat.ir.mesh.ShardPlan;
import pleat.ir.mesh.ShardPlan.OfFunction;
import pleat.ir.mesh.Sharding;
import pleat.ir.mesh.Split;
import pleat.ir.mesh.Transfer;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Function.Role;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.ValueNames;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.shard.CompletePlan;

/** Shipped modules spread over devices in the ways that people spread them. */
final class ShardedModelsTest {
    private static final List<Mesh> MESHES = List.of(Mesh.of("model", 2), Mesh.of("model", 3), Mesh.of("model", 4),
            new Mesh(ImmutableList.of(new Mesh.Axis("data", 2), new Mesh.Axis("model", 2))));

    private static final String DROPOUT = """
            module Block(x: [n, c], seed: i64[]) -> (x: [n, c]) where c = 6, rate = 0.25 {
              use linear: Linear(c -> c)
              y = linear(x)
              x[i, j] = x[i, j] + select(uniform(seed, 3) < rate, 0, y[i, j])
              return x
            }
            module Stack(x: [n, c], seed: i64[]) -> (x: [n, c]) where c = 6 {
              repeat 3 blocks: Block(c)
              x = blocks(x; seed)
              return x
            }
            """;

    enum Model {
        BLOCK("af2.evoformer", "EvoformerBlock", Map.of("s", 5L, "r", 7L)),
        STACK("af2.evoformer", "EvoformerStack", Map.of("s", 5L, "r", 7L)),
        LAYER("af3.diffusion_transformer", "DiffusionTransformerLayer",
                Map.of("n", 7L, "dim", 12L, "dim_single_cond", 9L, "dim_pairwise", 5L, "heads", 4L)),
        WINDOWS("sparse.windows", "WindowedAttention", Map.of("n", 21L, "windows", 6L, "queries", 4L, "keys", 10L, "heads", 1L, "c", 5L)),
        DROPPED("", "Stack", Map.of("n", 7L));

        private final TensorModule module;

        Model(String source, String name, Map<String, Long> sizes) {
            var raw = source.isEmpty() ? Frontend.of(List.of(new Source("dropout.pleat", DROPOUT)), Library.shipped())
                    .compile(name, Frontend.Request.of(Map.of(), sizes)) : new ModelCase(new ModelName(source, name), sizes).module();
            this.module = PassManager.quiet().run(raw, Pipelines.prepare(Map.of()));
        }
    }

    record Case(Model model, Mesh mesh) {}

    static Stream<Case> cases() {
        return Stream.of(Model.values()).flatMap(model -> MESHES.stream().map(mesh -> new Case(model, mesh)));
    }

    /** As dynamic axial parallelism does: activations come in split, weights are everywhere. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void activationsSplit(Case each) {
        var module = each.model().module;
        var modules = Sharded.check(module, CompletePlan.of(module, pinned(each, p -> p.role() == Role.INPUT, 0)));
        assertTrue(weightsAreReducedOnce(modules.getFirst()));
    }

    /** Weights are split as the activations are, and gathered where they are used. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void everythingSplit(Case each) {
        var module = each.model().module;
        Sharded.check(module, CompletePlan.of(module, pinned(each, p -> true, 0)));
    }

    /** As tensor parallelism does: weights are split by what they make, activations come in and go out whole. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void weightsSplit(Case each) {
        var module = each.model().module;
        var plan = pinned(each, p -> p.role() == Role.WEIGHT, 0);
        var whole = Collections.nCopies(module.entryFunction().returns().size(), Sharding.WHOLE);
        Sharded.check(module, CompletePlan.of(module, plan.withReturns(module.entry(), ImmutableList.copyOf(whole))));
    }

    /** All devices do the same, and have nothing to say to each other. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void replicated(Case each) {
        var module = each.model().module;
        var functions = new LinkedHashMap<String, OfFunction>();
        module.functions().forEach((name, function) -> {
            var values = new LinkedHashMap<String, Sharding>();
            ValueNames.of(function).keySet().forEach(value -> values.put(value, Sharding.WHOLE));
            functions.put(name, new OfFunction(ImmutableMap.copyOf(values), ImmutableMap.of(),
                    ImmutableList.copyOf(Collections.nCopies(function.returns().size(), Sharding.WHOLE))));
        });
        var modules = Sharded.check(module, new ShardPlan(each.mesh(), ImmutableMap.copyOf(functions)));
        assertEquals(0, collectives(modules.getFirst()).count());
    }

    /** What neighbours have of the keys of a window is fetched, and not all keys. */
    @Test
    void windowsFetchWhatTheirNeighboursHave() {
        var module = Model.WINDOWS.module;
        var plan = CompletePlan.of(module, pinned(new Case(Model.WINDOWS, MESHES.getFirst()), p -> p.role() == Role.INPUT, 0));
        var found = collectives(Sharded.check(module, plan).getFirst()).map(op -> op.transfer().getClass()).toList();
        assertTrue(found.contains(Transfer.Halo.class) && found.contains(Transfer.FoldHalo.class), found.toString());
    }

    /** Of the chosen parameters, dim {@code first} and those after it are split along the axes of the mesh, as far as they are long enough. */
    private static ShardPlan pinned(Case each, Predicate<Parameter> chosen, int first) {
        var module = each.model().module;
        var plan = ShardPlan.open(each.mesh());
        for (Parameter parameter : module.entryFunction().parameters()) {
            var shape = parameter.value().type().shape();
            int dim = first + (parameter.external().contains("{i}") ? 1 : 0);
            var sharding = Sharding.WHOLE;
            for (Mesh.Axis axis : each.mesh().axes()) {
                if (chosen.test(parameter) && dim < shape.length && shape[dim] >= axis.size()) {
                    sharding = sharding.with(new Split(axis.name(), dim, shape[dim], 1));
                }
                dim++;
            }
            plan = plan.withValue(module.entry(), nameOf(module, parameter), sharding);
        }
        return plan;
    }

    private static String nameOf(TensorModule module, Parameter parameter) {
        return ValueNames.of(module.entryFunction()).entrySet().stream().filter(e -> e.getValue() == parameter.value()).findFirst().orElseThrow().getKey();
    }

    private static Stream<Op.Collective> collectives(TensorModule module) {
        return module.functions().values().stream().flatMap(f -> f.body().stream()).filter(Op.Collective.class::isInstance).map(Op.Collective.class::cast);
    }

    /** No all-reduce stands in the body of a repetition: gradients of weights are added up there, and combined after it. */
    private static boolean weightsAreReducedOnce(TensorModule module) {
        return module.functions().values().stream().filter(f -> !f.name().equals(module.entry())).flatMap(f -> f.body().stream())
                .noneMatch(op -> op instanceof Op.Collective(_, Transfer.AllReduce _, _, _));
    }
}
