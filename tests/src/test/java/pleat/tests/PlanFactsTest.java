package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.cli.Json;
import pleat.cli.compile.Gradients;
import pleat.cli.compile.MemoryUse;
import pleat.cli.compile.NativeCompiler;
import pleat.cli.compile.NativeOptions;
import pleat.cli.compile.Phases;
import pleat.cli.compile.Preparation;
import pleat.cli.model.ModelRegistry;
import pleat.codegen.HostTarget;
import pleat.frontend.ConfigValue;
import pleat.frontend.Frontend;
import pleat.frontend.Frontend.Request;
import pleat.frontend.check.Library;
import pleat.ir.derive.Products;
import pleat.ir.plan.Plan;
import pleat.ir.tensor.TensorModule;
import pleat.ir.type.DType;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.schedule.Placement;
import pleat.passes.schedule.Scheduler;
import pleat.passes.tile.TileTarget;

/** What the plans of the benchmarks cost, on a machine that is the same everywhere: a plan cannot get worse unseen. */
final class PlanFactsTest {
    private static final TileTarget TARGET = TileTarget.HOST;
    /** Of one thread, in the plans of this machine that is none. */
    private static final long SCRATCH = 64;

    /** @param sizes and settings that are whole numbers */
    record Model(String name, Map<String, Long> sizes) {
        TensorModule prepared() {
            var module = ModelRegistry.load().benchmark(name).orElseThrow();
            var source = Frontend.ofImport(module.source(), Library.shipped()).compile(module.module(), Request.of(Map.<String, ConfigValue>of(), sizes));
            return Preparation.of(source, Gradients.NONE, NativeOptions.threads(1)).module();
        }

        @Override
        public String toString() {
            var text = new StringBuilder(name);
            new TreeMap<>(sizes).forEach((key, value) -> text.append('-').append(key).append(value));
            return text.toString();
        }
    }

    static List<Model> models() {
        return List.of(new Model("evoformer-block", Map.of("s", 128L, "r", 256L)),
                new Model("evoformer-stack", Map.of("s", 128L, "r", 256L, "no_blocks", 4L)),
                new Model("pairformer-layer", Map.of("n", 256L)),
                new Model("diffusion-sampler", Map.of("n", 256L, "m", 2048L)), new Model("softmax-attention", Map.of("n", 4096L, "n_k", 4096L)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("models")
    void theCostIsAsWrittenDown(Model model) throws IOException {
        var prepared = model.prepared();
        var tiled = PassManager.quiet().run(prepared, Pipelines.beforeTiling());
        var plan = Placement.place(Scheduler.schedule(tiled, TARGET, true), SCRATCH);
        assertEquals(List.of(), PlanMemory.violations(plan));
        var arena = plan.arena();
        var memory = new PlanFacts.Memory(arena.bytes(), arena.liveBytes(), arena.unsharedBytes(), MemoryUse.intermediates(prepared, DType.F32));
        var facts = new PlanFacts(model.name(), new TreeMap<>(model.sizes()).toString(), Products.flops(prepared), PlanFacts.bytesMoved(plan, plan.steps()),
                PlanFacts.launches(plan.steps()), plan.kernels().size(), memory);
        var text = new StringWriter();
        Json.print(new PrintWriter(text), facts);
        var file = Goldens.root().resolve("tests/perf").resolve(model + ".json");
        if (System.getProperty("golden", "").equals("bless")) {
            Files.writeString(file, text.toString());
        }
        assertEquals(Files.readString(file), text.toString(), () -> file + " (mvn test -Dgolden=bless rewrites it; read the diff)");
    }

    /** With the scratch of this machine's code, on two threads. */
    @Test
    void memoryIsSharedInABlock() {
        var prepared = models().getFirst().prepared();
        var compiler = new NativeCompiler(NativeOptions.threads(2), HostTarget.detect(), Phases.quiet());
        Plan plan = compiler.schedule(compiler.tiled(prepared));
        var placed = compiler.place(plan, compiler.lower(plan));
        assertEquals(List.of(), PlanMemory.violations(placed));
        var byUse = new LinkedHashMap<String, Long>();
        byUse.put("arena", placed.arena().bytes());
        byUse.put("intermediates", MemoryUse.intermediates(prepared, DType.F32));
        assertTrue(4 * byUse.get("arena") <= byUse.get("intermediates"), byUse::toString);
    }
}
