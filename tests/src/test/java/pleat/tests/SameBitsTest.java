package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableSetMultimap;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.cli.compile.CompileRequest;
import pleat.cli.compile.Gradients;
import pleat.cli.compile.ModelCompiler;
import pleat.cli.compile.ModelReference;
import pleat.cli.compile.NativeOptions;
import pleat.cli.compile.Phases;
import pleat.cli.compile.Stage;
import pleat.cli.compile.TunedTiles;
import pleat.cli.model.ModelRegistry;
import pleat.cli.run.Measurement;
import pleat.cli.run.Measurement.Runs;
import pleat.cli.run.SyntheticTensors;
import pleat.codegen.HostTarget;
import pleat.frontend.Frontend.Request;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Parser;
import pleat.ir.text.ValueNames;
import pleat.passes.NamedValues;
import pleat.passes.grad.KeepSet;
import pleat.passes.recompute.Recomputation;
import pleat.runtime.io.TensorData;

/** Native kernels give the same bits, outputs and gradients, whatever is kept and whatever is computed again, although they fuse the equations otherwise each time. */
final class SameBitsTest {
    private static final int THREADS = 2;
    private static final int CHOICES = 3;

    @TempDir
    private Path folder;

    @Test
    void gradientsOfAnEvoformerStack() {
        var expected = run(Recomputation.parse("keep all"));
        assertTrue(expected.size() > 90, expected.keySet().toString());
        Stream.concat(Stream.of(Recomputation.OF_ITERATIONS), new Random(8).longs(CHOICES).mapToObj(this::chosen)).forEach(recomputation -> {
            var found = run(recomputation);
            assertEquals(expected.keySet(), found.keySet());
            expected.forEach((name, tensor) -> assertArrayEquals(tensor.toDoubles(), found.get(name).toDoubles(), () -> name + " with\n" + recomputation.text()));
        });
    }

    /** Any values kept, and stretches that end anywhere. */
    private Recomputation chosen(long seed) {
        var random = new Random(seed);
        var forward = Parser.parse("forward.ir", compiler(Recomputation.OF_ITERATIONS).emit(Stage.PREPARED, Optional.empty(), TunedTiles.NONE));
        var keep = new KeepSet.Named(values(forward, random, random.nextDouble(), false));
        var module = Parser.parse("step.ir", compiler(new Recomputation(keep, NamedValues.NONE)).emit(Stage.TILED, Optional.empty(), TunedTiles.NONE));
        return new Recomputation(keep, values(module, random, random.nextDouble() / 10, true));
    }

    private static NamedValues values(TensorModule module, Random random, double probability, boolean withEntry) {
        var chosen = ImmutableSetMultimap.<String, String>builder();
        module.functions().forEach((name, function) -> {
            if (withEntry || !name.equals(module.entry())) {
                ValueNames.of(function).keySet().stream().filter(_ -> random.nextDouble() < probability).forEach(word -> chosen.put(name, word));
            }
        });
        return new NamedValues(chosen.build());
    }

    private static ModelCompiler compiler(Recomputation recomputation) {
        var model = ModelReference.parse("evoformer-stack", ModelRegistry.load(), _ -> {
        });
        var request = new CompileRequest(model, Request.of(Map.of(), Map.of("s", 8L, "r", 16L, "no_blocks", 2L)), Gradients.ALL.with(recomputation),
                NativeOptions.threads(THREADS), OptionalLong.empty());
        return new ModelCompiler(request, HostTarget.detect(), Phases.quiet());
    }

    private Map<String, TensorData> run(Recomputation recomputation) {
        var compiled = compiler(recomputation).compile(folder.resolve("kernels" + recomputation.hashCode() + ".so"));
        return Measurement.of(compiled, THREADS, new Runs(0, 1), runner -> {
            for (var wanted : runner.wanted()) {
                var tensor = SyntheticTensors.of(wanted, SyntheticTensors.SEED);
                runner.fill(wanted, (buffer, memory) -> tensor.copyTo(memory, buffer.type().dtype()));
            }
        }).outputs();
    }
}
