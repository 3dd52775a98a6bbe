package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import pleat.ir.mesh.Mesh;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.type.DType;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.shard.CompletePlan;
import pleat.ir.mesh.ShardPlan;

/** However a program is spread, the devices compute together what one device computes: all kinds of ops, repetitions and collectives. */
final class RandomShardsTest {
    private static final List<Mesh> MESHES = List.of(Mesh.of("model", 2), Mesh.of("model", 3),
            new Mesh(ImmutableList.of(new Mesh.Axis("data", 2), new Mesh.Axis("model", 2))));
    private static final int PROGRAMS = 150;

    @Test
    void anyPlanIsRight() {
        var transfers = new TreeSet<String>();
        for (long seed = 0; seed < PROGRAMS; seed++) {
            var module = prepared(seed % 2 == 0 ? RandomPrograms.loops(seed, DType.F64) : RandomPrograms.of(seed, DType.F64));
            var mesh = MESHES.get((int) seed % MESHES.size());
            var modules = check(seed, module, RandomShards.of(module, mesh, seed));
            modules.getFirst().functions().values().forEach(f -> f.body().forEach(op -> {
                if (op instanceof Op.Collective collective) {
                    transfers.add(collective.transfer().getClass().getSimpleName());
                }
            }));
        }
        assertTrue(transfers.size() == 8, "only " + transfers);
    }

    @Test
    void anyPlanIsCompleted() {
        for (long seed = 0; seed < PROGRAMS; seed++) {
            var module = prepared(RandomPrograms.of(seed, DType.F64));
            var mesh = MESHES.get((int) seed % MESHES.size());
            // Every third choice is kept.
            var whole = RandomShards.of(module, mesh, seed);
            var part = ShardPlan.open(mesh);
            var kept = new TreeMap<>(whole.of("main").values());
            kept.keySet().removeIf(name -> name.hashCode() % 3 != 0);
            for (var entry : kept.entrySet()) {
                part = part.withValue("main", entry.getKey(), entry.getValue());
            }
            check(seed, module, CompletePlan.of(module, part));
        }
    }

    private static TensorModule prepared(TensorModule module) {
        return PassManager.quiet().run(module, Pipelines.prepare(Map.of()));
    }

    private static List<TensorModule> check(long seed, TensorModule module, ShardPlan plan) {
        try {
            return Sharded.check(module, plan);
        } catch (RuntimeException | AssertionError wrong) {
            throw new AssertionError("the module of seed " + seed + ": " + wrong.getMessage(), wrong);
        }
    }
}
