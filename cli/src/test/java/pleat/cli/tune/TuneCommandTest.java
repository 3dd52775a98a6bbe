package pleat.cli.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.cli.Pleat;
import pleat.cli.compile.CachedTiles;
import pleat.cli.compile.CompileRequest;
import pleat.cli.compile.GpuTiles;
import pleat.cli.compile.Gradients;
import pleat.cli.compile.ModelCompiler;
import pleat.cli.compile.ModelReference;
import pleat.cli.compile.NativeOptions;
import pleat.cli.compile.Phases;
import pleat.cli.compile.Stage;
import pleat.cli.compile.TunedTiles;
import pleat.cli.machine.Machines;
import pleat.cli.model.ModelRegistry;
import pleat.codegen.HostTarget;
import pleat.codegen.gpu.BlockWork;
import pleat.codegen.gpu.GpuTarget;
import pleat.codegen.gpu.TileCost;
import pleat.frontend.ConfigValue;
import pleat.frontend.Frontend.Request;
import pleat.ir.kernel.Kernel;
import pleat.runtime.bundle.BundleCache;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the model of costs takes is near the best that the emulator's counts know; what is kept is taken, and what is damaged is not. */
final class TuneCommandTest {
    private static final String GRAM = """
            module Gram(x: [n, d]) -> [n, n] {
              y[i, j] = sum(k) x[i, k] * x[j, k]
              return y
            }
            """;

    @TempDir
    Path folder;

    private JsonNode tune(String... words) {
        var all = new ArrayList<Object>(List.of("tune", "--threads", 1, "--cache", folder.resolve("cache"), "--json"));
        all.addAll(List.of(words));
        var result = Pleat.run(all.toArray());
        assertEquals(0, result.exitCode(), result::err);
        return JsonMapper.shared().readTree(result.out());
    }

    /** Real shapes; one kernel of each family that can be cut in several ways. */
    @ParameterizedTest(name = "{0} {1} {3}")
    @CsvSource({"evoformer-block, 's=128,r=256', sm_90, main.02, bands", "evoformer-block, 's=128,r=256', sm_90, main.09, products",
        "af3.diffusion_transformer:DiffusionTransformerLayer, n=384, sm_80, main.12, rows",
        "af3.diffusion_transformer:DiffusionTransformerLayer, n=384, sm_80, main.13, maps"})
    void theModelTakesWhatIsNearTheBest(String model, String sizes, String target, String kernel, String family) {
        var rows = tune(model, "--size", sizes, "--target", target, "--kernel", kernel, "--no-keep", "--ways", "99", "--within", "1000").get("kernels");
        assertEquals(1, rows.size());
        var row = rows.get(0);
        assertEquals(family, row.get("family").stringValue());
        assertTrue(row.get("ways").size() >= 4, row::toPrettyString);
        assertTrue(row.get("ratio").doubleValue() <= 1.10, row::toPrettyString);
        assertTrue(row.get("model").get("found_micros").doubleValue() <= row.get("builder").get("found_micros").doubleValue(), row::toPrettyString);
    }

    @Test
    void theSameIsFoundAgainAndTakenByCompilations() throws IOException {
        var source = Files.writeString(folder.resolve("gram.pleat"), GRAM).toString();
        var words = new String[] {source, "--size", "n=512,d=64", "--target", "sm_80"};
        var first = tune(words);
        assertEquals(first, tune(words));
        var best = first.get("kernels").get(0).get("best").get("blocks").stringValue();
        var compiled = Pleat.run("compile", source, "--size", "n=512,d=64", "--target", "sm_80", "--emit", "tile", "--cache", folder.resolve("cache"));
        assertTrue(compiled.err().contains("note: tiles are those that `pleat tune` found for a100-40g"), compiled::err);
        for (String block : best.split(" ")) {
            assertTrue(compiled.out().contains("grid " + block.replace(":", ": 512 by ")), () -> block + " is not in " + compiled.out());
        }
    }

    /** Counts are kept too, so that a tuning that was ended goes on where it was; they are of this code and of so many blocks. */
    @Test
    void whatWasCountedBeforeIsNotCountedAgain() {
        var kernels = ways();
        var speed = GpuTiles.speed(GpuTarget.SM_80, Machines.named("a100-40g"));
        var kept = new CachedCounts(new BundleCache(folder.resolve("counts"), Long.MAX_VALUE, _ -> { }));
        var way = LoweredWay.of(kernels.getFirst(), GpuTarget.SM_80);
        try (var trial = new CountedTrial(GpuTarget.SM_80, speed, 1, 1, Optional.of(kept)); var anew = new CountedTrial(GpuTarget.SM_80, speed, 1, 1, Optional.empty())) {
            var counted = trial.counted(way);
            assertEquals(anew.counted(way), counted);
            assertEquals(Optional.of(counted.work()), kept.find(kept.key(way, GpuTarget.SM_80, 1)));

            var other = LoweredWay.of(kernels.getLast(), GpuTarget.SM_80);
            var said = new BlockWork(1, 2, 3, 0.1);
            kept.put(kept.key(other, GpuTarget.SM_80, 1), said);
            assertEquals(said, trial.counted(other).work());
            assertNotEquals(said, anew.counted(other).work());
        }
        assertEquals(Optional.empty(), kept.find(kept.key(way, GpuTarget.SM_80, 2)));
        assertEquals(Optional.empty(), kept.find(kept.key(way, GpuTarget.SM_90, 1)));
        var renamed = new Kernel("another", kernels.getFirst().parameters(), kernels.getFirst().axes(), kernels.getFirst().body());
        assertEquals(kept.key(way, GpuTarget.SM_80, 1), kept.key(LoweredWay.of(renamed, GpuTarget.SM_80), GpuTarget.SM_80, 1));
    }

    @Test
    void whatIsKeptIsTakenAndWhatIsDamagedIsNot() throws IOException {
        var notes = new ArrayList<String>();
        var kernels = ways();
        int ofModel = new GpuTiles(GpuTarget.SM_80, TunedTiles.NONE).of(kernels);
        int other = (ofModel + 1) % kernels.size();
        CachedTiles.in(folder, notes::add).put(kernels.getFirst(), GpuTarget.SM_80, kernels.get(other), "a GPU");
        assertEquals(other, new GpuTiles(GpuTarget.SM_80, CachedTiles.in(folder, notes::add)).of(kernels));
        assertEquals(new GpuTiles(GpuTarget.SM_90, TunedTiles.NONE).of(kernels), new GpuTiles(GpuTarget.SM_90, CachedTiles.in(folder, notes::add)).of(kernels), "what was tuned for one target is of no other");
        assertNotEquals(emitted(TunedTiles.NONE), emitted(CachedTiles.in(folder, notes::add)));

        CachedTiles.in(folder, notes::add).put(kernels.getFirst(), GpuTarget.SM_80, kernels.get(ofModel), "a GPU");
        assertEquals(emitted(TunedTiles.NONE), emitted(CachedTiles.in(folder, notes::add)), "what is found later takes the place of what was found before");

        notes.clear();
        try (var entries = Files.list(folder)) {
            Files.writeString(entries.filter(Files::isDirectory).findFirst().orElseThrow().resolve("texts.json"), "[\"kernel\",\"a GPU\"]");
        }
        assertEquals(ofModel, new GpuTiles(GpuTarget.SM_80, CachedTiles.in(folder, notes::add)).of(kernels));
        assertTrue(notes.getFirst().endsWith("`texts.json` is not what was written; tiles are chosen as if they were not tuned"), notes::toString);
    }

    /** A program may be written as another one that was tuned and have other weights: these are cut otherwise, and so can be what works on them. */
    @Test
    void whatWasTunedAndCannotBeHadIsNotTaken() {
        var all = ways();
        var fewer = all.subList(0, all.size() - 1);
        CachedTiles.in(folder, _ -> { }).put(all.getFirst(), GpuTarget.SM_80, all.getLast(), "a GPU");
        var tuned = new GpuTiles(GpuTarget.SM_80, CachedTiles.in(folder, _ -> { }));
        assertEquals(all.size() - 1, tuned.of(all));
        assertEquals(new GpuTiles(GpuTarget.SM_80, TunedTiles.NONE).of(fewer), tuned.of(fewer));
    }

    @Test
    void theModelKnowsTheProductsAndTheirPassesThroughSharedMemory() {
        var speed = GpuTiles.speed(GpuTarget.SM_80, Machines.named("a100-40g"));
        try (var trial = new CountedTrial(GpuTarget.SM_80, speed, 1, 1, Optional.empty())) {
            gram().schedule(GpuTarget.SM_80, kernels -> {
                for (Kernel kernel : List.of(kernels.getFirst(), kernels.getLast())) {
                    var expected = TileCost.of(kernel, GpuTarget.SM_80);
                    var counted = trial.counted(LoweredWay.of(kernel, GpuTarget.SM_80));
                    assertEquals(counted.work().productFlops(), expected.work().productFlops());
                    assertEquals(1, expected.work().wavefronts() / counted.work().wavefronts(), 0.05);
                    assertEquals(1, expected.work().sectors() / counted.work().sectors(), 0.15);
                    assertEquals(1, expected.work().instructions() / counted.work().instructions(), 0.25);
                    assertEquals(counted.size(), expected.size());
                }
                return 0;
            });
        }
    }

    @Test
    void oneWayIsTheModelsAndTheOthersAreSaidToBeUntried() throws IOException {
        var source = Files.writeString(folder.resolve("gram.pleat"), GRAM).toString();
        var row = tune(source, "--size", "n=512,d=64", "--target", "sm_80", "--ways", "1", "--no-keep").get("kernels").get(0);
        assertEquals(row.get("model"), row.get("best"));
        assertEquals(1, row.get("ratio").doubleValue());
        assertTrue(row.get("ways").valueStream().anyMatch(way -> way.get("found_micros").isNull()), row::toPrettyString);
        var table = Pleat.run("tune", source, "--size", "n=512,d=64", "--target", "sm_80", "--ways", "1", "--no-keep").out();
        assertTrue(table.contains("; 1 of " + row.get("ways").size() + " ways tried") && !table.contains("as the tile builder cuts"), table);
    }

    @Test
    void whatCannotBeTunedIsSaid() throws IOException {
        var model = Files.writeString(folder.resolve("one.pleat"), "module One(x: []) -> [] {\n  y[] = 2 * x[]\n  return y\n}\n");
        var result = Pleat.run("tune", model, "--cache", folder.resolve("cache"));
        assertEquals(1, result.exitCode());
        assertTrue(result.err().contains("there is no kernel to tune: each can be cut in one way only"), result::err);
        var noWay = Pleat.run("tune", model, "--ways", 0);
        assertTrue(noWay.err().contains("--ways is 0, and at least one way is tried"), noWay::err);
        var tooNear = Pleat.run("tune", model, "--within", 0.9);
        assertTrue(tooNear.err().contains("--within is 0.9, and no way takes less than 1 times the least time"), tooNear::err);
        var onCpu = Pleat.run("tune", model, "--on", "cpu", "--cache", folder.resolve("cache"));
        assertTrue(onCpu.err().contains("--on cpu has no code for GPUs"), onCpu::err);
    }

    private ModelCompiler gram() {
        try {
            var source = Files.writeString(folder.resolve("gram.pleat"), GRAM);
            var sizes = ImmutableMap.of("n", ConfigValue.of(512), "d", ConfigValue.of(64));
            var request = new CompileRequest(ModelReference.parse(source.toString(), ModelRegistry.load(), _ -> {
            }), new Request(sizes, ImmutableMap.of()), Gradients.NONE, NativeOptions.threads(1), OptionalLong.empty());
            return new ModelCompiler(request, HostTarget.detect(), Phases.quiet());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** How the kernel of {@link #GRAM} can be cut. */
    private ImmutableList<Kernel> ways() {
        var ways = new ArrayList<ImmutableList<Kernel>>();
        gram().schedule(GpuTarget.SM_80, kernels -> {
            ways.add(kernels);
            return 0;
        });
        return ways.getFirst();
    }

    private String emitted(TunedTiles tuned) {
        return gram().emit(Stage.TILE, Optional.of(GpuTarget.SM_80), tuned);
    }
}
