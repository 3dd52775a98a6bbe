package pleat.cli.tune;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pleat.cli.compile.CompileRequest;
import pleat.cli.compile.GpuCompiler;
import pleat.cli.compile.Gradients;
import pleat.cli.compile.ModelCompiler;
import pleat.cli.compile.ModelReference;
import pleat.cli.compile.NativeOptions;
import pleat.cli.compile.Phases;
import pleat.cli.execute.Arguments;
import pleat.cli.execute.Emulation;
import pleat.cli.model.ModelRegistry;
import pleat.cli.run.SyntheticTensors;
import pleat.codegen.HostTarget;
import pleat.codegen.gpu.GpuModule;
import pleat.codegen.gpu.GpuTarget;
import pleat.codegen.gpu.PtxCompiler;
import pleat.frontend.ConfigValue;
import pleat.frontend.Frontend.Request;
import pleat.ir.kernel.KernelAxis;
import pleat.ir.plan.Plan;
import pleat.passes.tile.TileChoice;
import pleat.runtime.io.TensorData;

/** Every way to cut a program gives the same numbers, and walks the same loops. */
final class WaysTest {
    private static final String SOURCE = """
            module Gram(x: [n, d]) -> [n, n] {
              y[i, j] = sum(k) x[i, k] * x[j, k]
              return sigmoid(y)
            }
            module Attended(q: [n, d], k: [n, d], v: [n, d]) -> [n, d] {
              a[i, j] = sum(c) q[i, c] * k[j, c]
              m[i] = max(j) a[i, j]
              e[i, j] = exp(a[i, j] - m[i])
              s[i] = sum(j) e[i, j]
              o[i, c] = sum(j) e[i, j] * v[j, c]
              y[i, c] = o[i, c] / s[i]
              return y
            }
            module Centred(x: [n, d]) -> [n, d] {
              m[i] = sum(c) x[i, c] / extent(c)
              y[i, c] = x[i, c] - m[i]
              return y
            }
            module Mapped(x: [n, d]) -> [n, d] {
              y[i, c] = exp(x[i, c])
              return y
            }
            """;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"Gram", "Attended", "Centred", "Mapped"})
    void allGiveTheSame(String module) throws IOException {
        var compiler = compiler(module);
        var most = new AtomicInteger();
        var first = run(compiler, kernels -> {
            most.set(Math.max(most.get(), kernels.size()));
            kernels.forEach(kernel -> assertEquals(loops(kernels.getFirst().axes()), loops(kernel.axes())));
            return 0;
        });
        assertTrue(most.get() >= 3, () -> most + " ways");
        for (int way = 1; way < most.get(); way++) {
            int taken = way;
            var other = run(compiler, kernels -> Math.min(taken, kernels.size() - 1));
            first.forEach((name, tensor) -> assertArrayEquals(tensor.toDoubles(), other.get(name).toDoubles(), 1e-5, () -> module + ", way " + taken));
        }
    }

    private static Map<String, Long> loops(Iterable<KernelAxis> axes) {
        var loops = new LinkedHashMap<String, Long>();
        axes.forEach(axis -> {
            if (axis.role() == KernelAxis.Role.LOOP) {
                loops.put(axis.name(), axis.block());
            }
        });
        return loops;
    }

    private ModelCompiler compiler(String module) throws IOException {
        var source = Files.writeString(folder.resolve("ways.pleat"), SOURCE);
        var sizes = ImmutableMap.of("n", ConfigValue.of(137), "d", ConfigValue.of(36));
        var request = new CompileRequest(ModelReference.parse(source + ":" + module, ModelRegistry.load(), _ -> {
        }), new Request(sizes, ImmutableMap.of()), Gradients.NONE, NativeOptions.threads(1), OptionalLong.empty());
        return new ModelCompiler(request, HostTarget.detect(), Phases.quiet());
    }

    private static Map<String, TensorData> run(ModelCompiler compiler, TileChoice choice) {
        Plan plan = compiler.schedule(GpuTarget.SM_80, choice);
        var code = GpuModule.of(plan.kernels().values(), GpuTarget.SM_80).code(1);
        var placed = new GpuCompiler(NativeOptions.threads(1), GpuTarget.SM_80, Phases.quiet(), PtxCompiler.LLVM, choice).place(plan, code.scratchBytes());
        var arguments = new LinkedHashMap<String, TensorData>();
        placed.buffers().stream().filter(buffer -> buffer.place().kind().isGiven())
                .forEach(buffer -> arguments.put(Arguments.key(buffer), SyntheticTensors.of(buffer, 7)));
        try (var emulation = new Emulation(new GpuCompiler.Compiled(placed, code), 1)) {
            return emulation.run(arguments);
        }
    }
}
