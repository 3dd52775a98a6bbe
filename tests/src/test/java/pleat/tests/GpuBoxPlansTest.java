package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import pleat.cli.compile.GpuCompiler;
import pleat.cli.compile.NativeOptions;
import pleat.cli.execute.Arguments;
import pleat.cli.model.ModelName;
import pleat.codegen.gpu.GpuTarget;
import pleat.ir.tensor.TensorModule;
import pleat.ir.type.DType;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.runtime.cuda.GpuGroup;
import pleat.runtime.emulator.EmulatedDevice;
import pleat.tests.EveryWay.Way;

/** A plan with kernels whose factors come by bulk copies: launches get tensor maps of where its buffers are. */
final class GpuBoxPlansTest {
    private static final long ENDLESS = 1L << 32;

    private static ModelCase triangle() {
        return ModelCase.of(ModelName.parse("af2.triangle_multiplication:TriangleMultiplicationOutgoing"), 1, 136);
    }

    @Test
    void numbersAreNearThoseOfTheInterpreter() {
        assertEquals(List.of(), ModelNativeTest.disagreements(triangle().module(), false, List.of(Way.EMULATOR_BF16_90A)));
    }

    /** One launch after the other, and all at once as a graph, whose launches keep the maps that they were captured with. */
    @Test
    void bitsAreThoseOfCopiesByThreads() {
        var module = PassManager.quiet().run(triangle().module(), Pipelines.prepare(Map.of()));
        var boxes = results(module, GpuTarget.SM_90A, 2);
        var threads = results(module, GpuTarget.SM_90A.withoutBulk(), 0);
        for (int run = 0; run < boxes.length; run++) {
            assertArrayEquals(threads[0], boxes[run], "run " + run);
        }
    }

    /** The output after one run, and after one more that was captured. */
    private static byte[][] results(TensorModule module, GpuTarget target, int maps) {
        var compiled = GpuCompiler.compile(module, new NativeOptions(2, DType.BF16, true), target);
        long found = compiled.code().kernels().values().stream().mapToInt(kernel -> kernel.maps().size()).sum();
        assertTrue(maps == 0 ? found == 0 : found >= maps, found + " maps");
        var arguments = ModelCase.arguments(module);
        try (var device = new EmulatedDevice(ENDLESS, 2); var group = new GpuGroup(List.of(new GpuGroup.Program(compiled.plan(), compiled.code())), device)) {
            var runner = group.runners().getFirst();
            runner.wanted().forEach(buffer -> runner.fill(buffer, (b, memory) -> arguments.get(Arguments.key(buffer)).copyTo(memory, b.type().dtype())));
            var outputs = new byte[2][];
            for (int run = 0; run < outputs.length; run++) {
                group.run(true);
                outputs[run] = runner.outputs().values().iterator().next().bytes().toArray(ValueLayout.JAVA_BYTE);
            }
            return outputs;
        }
    }
}
