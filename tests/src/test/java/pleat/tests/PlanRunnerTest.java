package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.cli.compile.NativeCompiler;
import pleat.cli.compile.NativeOptions;
import pleat.cli.compile.Phases;
import pleat.codegen.HostTarget;
import pleat.ir.diagnostic.Source;
import pleat.ir.diagnostic.UserException;
import pleat.ir.text.PlanParser;
import pleat.ir.verify.PlanVerifier;
import pleat.runtime.host.PlanRunner;
import pleat.runtime.io.TensorData;

/** Plans written by hand, compiled and run on this machine. */
final class PlanRunnerTest {
    private static final String KERNELS = """

            kernel @halve(%x: f32[4] (0), out %y: f32[4] (0)) axes(grid i: 4 by 2) {
              %x[i] = load %x[i]
              %y[i] = %x[i] * 0.5
              store %y[i] = %y[i]
            }

            kernel @invert(%x: f32[4] (0), out %y: f32[4] (0)) axes(grid i: 4 by 2) {
              %x[i] = load %x[i]
              %y[i] = 1 / %x[i]
              store %y[i] = %y[i]
            }
            """;

    @TempDir
    Path folder;

    private PlanRunner runner(String buffersAndSteps) {
        var options = NativeOptions.threads(2);
        var compiler = new NativeCompiler(options, HostTarget.detect(), Phases.quiet());
        var plan = PlanParser.parse(new Source("plan.ir", "plan @p arena 0 live 0 unshared 0 {\n" + buffersAndSteps + "}\n" + KERNELS)).plan();
        var code = compiler.lower(plan);
        compiler.link(code, folder.resolve("kernels.so"));
        return new PlanRunner(PlanVerifier.verified(compiler.place(plan, code), "a test"), folder.resolve("kernels.so"), options.threads());
    }

    private static void fill(PlanRunner runner, Map<String, float[]> values) {
        for (var wanted : runner.wanted()) {
            var tensor = TensorData.ofFloats(values.get(wanted.place().external()), wanted.type().shape());
            runner.fill(wanted, (buffer, memory) -> tensor.copyTo(memory, buffer.type().dtype()));
        }
    }

    @Test
    void aSliceIsCopiedAndNotTheWholeStack() {
        try (var runner = runner("""
                  buffer %x: f32[3, 4] (0, 1) input "x" at -1 bytes 48
                  buffer %k: f32[4] (0) input "k" at -1 bytes 16
                  buffer %y: f32[3, 4] (0, 1) output "y" at -1 bytes 48
                  buffer %z: f32[4] (0) output "z" at -1 bytes 16
                  launch @halve(%k, %z)
                  loop 3 reversed {
                    copy %x[16*i0] -> %y[16*i0]
                  }
                """)) {
            fill(runner, Map.of("x", new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, "k", new float[] {2, 4, 6, 8}));
            runner.run();
            assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, runner.outputs().get("y").toFloats());
            assertArrayEquals(new float[] {1, 2, 3, 4}, runner.outputs().get("z").toFloats());
        }
    }

    @Test
    void aRunIsRepeatedFromTheSameInputs() {
        try (var runner = runner("""
                  buffer %x: f32[4] (0) input "x" at -1 bytes 16
                  buffer %t: f32[4] (0) temporary at -1 bytes 16
                  buffer %y: f32[4] (0) output "y" at -1 bytes 16
                  copy %x -> %y
                  loop 5 {
                    launch @halve(%y, %t)
                    copy %t -> %y
                  }
                """)) {
            fill(runner, Map.of("x", new float[] {32, 64, 96, -32}));
            runner.run();
            runner.run();
            assertArrayEquals(new float[] {1, 2, 3, -1}, runner.outputs().get("y").toFloats());
            assertEquals(10, runner.kernelTimes().getFirst().launches());
        }
    }

    @Test
    void theKernelThatMakesAnInfinityIsNamed() {
        try (var runner = runner("""
                  buffer %x: f32[3, 4] (0, 1) input "x" at -1 bytes 48
                  buffer %t: f32[4] (0) temporary at -1 bytes 16
                  buffer %y: f32[3, 4] (0, 1) output "y" at -1 bytes 48
                  loop 3 {
                    launch @invert(%x[16*i0], %t) @ models/invert.pleat:7:3
                    launch @halve(%t, %y[16*i0])
                  }
                """)) {
            fill(runner, Map.of("x", new float[] {1, 1, 1, 1, 2, 2, 0, 2, 4, 4, 4, 4}));
            runner.run();
            runner.checkFinite();
            var refused = assertThrows(UserException.class, runner::run);
            assertEquals("value `%t` is not finite: it has Infinity at [2]\n"
                    + "  = note: kernel `invert` computes it at models/invert.pleat:7:3, in iteration 1", refused.getMessage());
            fill(runner, Map.of("x", new float[] {1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4}));
            runner.run();
            assertArrayEquals(new float[] {.5f, .5f, .5f, .5f, .25f, .25f, .25f, .25f, .125f, .125f, .125f, .125f},
                    runner.outputs().get("y").toFloats());
        }
    }

    @Test
    void codeThatLacksAKernelIsRefusedBeforeAnythingRuns() {
        try (var runner = runner("""
                  buffer %x: f32[4] (0) input "x" at -1 bytes 16
                  buffer %y: f32[4] (0) output "y" at -1 bytes 16
                  launch @halve(%x, %y)
                """)) {
            assertEquals(1, runner.wanted().size());
        }
        var other = PlanParser.parse(new Source("plan.ir", "plan @p arena 64 live 0 unshared 0 {\n}\n" + KERNELS.replace("@halve", "@third"))).plan();
        var refused = assertThrows(UserException.class, () -> new PlanRunner(other, folder.resolve("kernels.so"), 1));
        assertEquals("kernels `" + folder.resolve("kernels.so") + "` have no kernel `third`", refused.getMessage());
    }
}
