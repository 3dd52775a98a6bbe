package pleat.tests;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.cli.model.ModelName;
import pleat.ir.mesh.Mesh;
import pleat.ir.mesh.ShardPlan;
import pleat.ir.mesh.Sharding;
import pleat.ir.mesh.Split;
import pleat.ir.tensor.TensorModule;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.shard.CompletePlan;

/** Shipped modules spread over devices in the ways that people spread them. */
final class ShardedModelsTest {
    private static final ModelName BLOCK = new ModelName("af2.evoformer", "EvoformerBlock");
    private static final ModelName STACK = new ModelName("af2.evoformer", "EvoformerStack");
    private static final ModelName LAYER = new ModelName("af3.diffusion_transformer", "DiffusionTransformerLayer");

    private static final List<Mesh> MESHES = List.of(Mesh.of("model", 2), Mesh.of("model", 3), Mesh.of("model", 4),
            new Mesh(ImmutableList.of(new Mesh.Axis("data", 2), new Mesh.Axis("model", 2))));

    record Case(ModelName name, Mesh mesh) {}

    static Stream<Case> cases() {
        return Stream.of(BLOCK, STACK, LAYER).flatMap(name -> MESHES.stream().map(mesh -> new Case(name, mesh)));
    }

    private static TensorModule prepared(ModelName name) {
        var sizes = name.equals(LAYER) ? Map.of("n", 7L, "dim", 12L, "dim_single_cond", 9L, "dim_pairwise", 5L, "heads", 4L) : Map.of("s", 5L, "r", 7L);
        return PassManager.quiet().run(new ModelCase(name, sizes).module(), Pipelines.prepare(Map.of()));
    }

    /** Activations come in split; what else is to be done follows. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void inputsSplit(Case each) {
        var module = prepared(each.name());
        var plan = ShardPlan.open(each.mesh());
        for (var input : module.entryFunction().parameters()) {
            var type = input.value().type();
            if (input.role() == pleat.ir.tensor.Function.Role.INPUT && type.rank() >= each.mesh().axes().size()) {
                var sharding = Sharding.WHOLE;
                for (int a = 0; a < each.mesh().axes().size(); a++) {
                    sharding = sharding.with(new Split(each.mesh().axes().get(a).name(), a, type.shape()[a], 1));
                }
                plan = plan.withValue(module.entry(), input.value().name(), sharding);
            }
        }
        Sharded.check(module, CompletePlan.of(module, plan));
    }
}
