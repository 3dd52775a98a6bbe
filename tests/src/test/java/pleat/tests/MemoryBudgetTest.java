package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.cli.compile.CompileRequest;
import pleat.cli.compile.CompiledModel;
import pleat.cli.compile.Gradients;
import pleat.cli.compile.ModelCompiler;
import pleat.cli.compile.ModelReference;
import pleat.cli.compile.NativeOptions;
import pleat.cli.compile.Phases;
import pleat.cli.model.ModelRegistry;
import pleat.cli.run.Measurement;
import pleat.cli.run.Measurement.Runs;
import pleat.cli.run.SyntheticTensors;
import pleat.codegen.HostTarget;
import pleat.frontend.Frontend.Request;
import pleat.ir.diagnostic.UserException;
import pleat.passes.recompute.Recomputation;
import pleat.runtime.io.TensorData;

/** A training step within parts of the memory that it takes without recomputation: it fits, and its gradients are the same. */
final class MemoryBudgetTest {
    private static final int THREADS = 2;

    private static final String MODEL = """
            module Block(x: [n, c]) -> (x: [n, c]) where c = 32 {
              use norm_1, norm_2: LayerNorm(c)
              use up_1, up_2: Linear(c -> 8*c)
              use down_1, down_2: Linear(8*c -> c)

              x += down_1(tanh(up_1(norm_1(x))))
              x += down_2(sigmoid(up_2(norm_2(x))))
              return x
            }

            module Stack(x: [n, c]) -> [n, c] where c = 32, no_blocks = 12 {
              repeat no_blocks blocks: Block(..)
              return blocks(x)
            }
            """;

    @TempDir
    private Path folder;

    @Test
    void theSameStepFitsIntoAQuarter() throws IOException {
        var everything = compiled(Gradients.ALL.with(Recomputation.parse("keep all")), OptionalLong.empty());
        long peak = everything.plan().arena().bytes();
        var expected = run(everything);
        var bytes = new ArrayList<Long>();
        for (int percent : List.of(100, 60, 40, 25)) {
            long budget = peak * percent / 100;
            var fitted = compiled(Gradients.ALL, OptionalLong.of(budget));
            bytes.add(fitted.plan().arena().bytes());
            assertTrue(bytes.getLast() <= budget, bytes + " of " + peak);
            assertEquals(List.of(), PlanMemory.violations(fitted.plan()));
            compare(expected, run(fitted), percent + " %");
        }
        assertEquals(bytes, bytes.stream().sorted((a, b) -> Long.compare(b, a)).toList(), "less memory is used when less is given");
    }

    @Test
    void whatNothingFitsIntoIsToldWhatWouldDo() {
        var refused = assertThrows(UserException.class, () -> compiled(Gradients.ALL, OptionalLong.of(100_000)));
        assertTrue(refused.getMessage().contains("--memory allows 100 KB"), refused.getMessage());
    }

    private CompiledModel compiled(Gradients gradients, OptionalLong budget) throws IOException {
        var file = folder.resolve("stack.pleat");
        Files.writeString(file, MODEL);
        var reference = ModelReference.parse(file + ":Stack", ModelRegistry.load(), _ -> {
        });
        var request = new CompileRequest(reference, Request.of(Map.of(), Map.of("n", 2048L)), gradients, NativeOptions.threads(THREADS), budget);
        return new ModelCompiler(request, HostTarget.detect(), Phases.quiet()).compile(folder.resolve("kernels" + budget.orElse(0) + ".so"));
    }

    private static Map<String, TensorData> run(CompiledModel model) {
        return Measurement.of(model, THREADS, new Runs(0, 1), runner -> {
            for (var wanted : runner.wanted()) {
                var tensor = SyntheticTensors.of(wanted, SyntheticTensors.SEED);
                runner.fill(wanted, (buffer, memory) -> tensor.copyTo(memory, buffer.type().dtype()));
            }
        }).outputs();
    }

    private static void compare(Map<String, TensorData> expected, Map<String, TensorData> actual, String what) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((name, tensor) -> {
            assertArrayEquals(tensor.toDoubles(), actual.get(name).toDoubles(), () -> what + ": `" + name + "`");
        });
    }
}
