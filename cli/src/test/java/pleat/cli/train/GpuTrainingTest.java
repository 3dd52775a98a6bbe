package pleat.cli.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import pleat.cli.compile.CompileRequest;
import pleat.cli.compile.EarlierCode;
import pleat.cli.compile.Gradients;
import pleat.cli.compile.KernelWork;
import pleat.cli.compile.ModelReference;
import pleat.cli.compile.NativeOptions;
import pleat.cli.compile.Phases;
import pleat.cli.compile.TrainingCompiler;
import pleat.cli.execute.Gpu;
import pleat.cli.execute.Loaded;
import pleat.cli.execute.Hardware;
import pleat.cli.model.ModelRegistry;
import pleat.codegen.HostTarget;
import pleat.codegen.gpu.GpuTarget;
import pleat.frontend.ConfigValue;
import pleat.frontend.Frontend.Request;
import pleat.passes.train.TrainingStep;
import pleat.runtime.host.PlanRunner;
import pleat.runtime.io.TensorData;

/** A training step with its optimizer on a GPU: the numbers of the host, few launches for many parameters, and no register in memory. */
class GpuTrainingTest {
    private static final double RATE = 1e-2;
    /** Of the largest element: sums have another order, and products go through three of tf32. */
    private static final double ROUNDING = 1e-5;
    private static final Pattern SPILLED = Pattern.compile("[1-9][0-9]* bytes spill");

    @TempDir
    private Path folder;

    private ModelReference model;

    @BeforeEach
    void writeModel() throws IOException {
        var file = Files.writeString(folder.resolve("chain.pleat"), """
                module Chain(x: [n, c]) -> [n, c] where c = 5 {
                  use a: Linear(c -> 33)
                  use b: Linear(33 -> 127)
                  use c1: Linear(127 -> 1)
                  use d: Linear(1 -> 129)
                  use e: Linear(129 -> c)
                  x += e(tanh(d(tanh(c1(tanh(b(tanh(a(x)))))))))
                  return x
                }
                """);
        model = ModelReference.parse(file + ":Chain", ModelRegistry.load(), _ -> { });
    }

    private TrainingCompiler compiler(Optimizer.Kind optimizer) {
        return compiler(optimizer, OptionalDouble.of(0.9));
    }

    private TrainingCompiler compiler(Optimizer.Kind optimizer, OptionalDouble decay) {
        var request = new CompileRequest(model, new Request(ImmutableMap.of("n", ConfigValue.of(31)), ImmutableMap.of()),
                new Gradients(ImmutableList.of("grad/param/*"), Optional.empty()), NativeOptions.threads(1), OptionalLong.empty());
        return new TrainingCompiler(request, new Optimizer(optimizer, OptionalDouble.of(0.5), decay), HostTarget.detect(), Phases.quiet());
    }

    private static Map<String, TensorData> trained(Loaded loaded, long count) {
        try (var steps = new LocalSteps(loaded)) {
            var start = new Training.Start(Optional.empty(), Optional.empty(), Optional.of(3L));
            new Training(steps, start, Optional.empty(), RATE).run(count, (_, _, _) -> { }, new Training.Checkpoints(Optional.empty(), Long.MAX_VALUE));
            return steps.state();
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyStateIsThatOfTheHost(Optimizer.Kind optimizer) {
        // Adam divides a gradient by its own size: the rounding of one that nearly cancels moves a parameter by a part of a step, and every later gradient with it.
        long steps = optimizer == Optimizer.Kind.ADAM ? 1 : 3;
        var onHost = compiler(optimizer).compile(folder.resolve("kernels.so"));
        var expected = trained(Loaded.on(new PlanRunner(onHost.plan(), onHost.sharedObject(), 1)), steps);
        try (var gpu = Gpu.open(Hardware.EMULATOR, 1, Map.of())) {
            var actual = trained(Loaded.on(gpu, compiler(optimizer).compile(gpu.target(), EarlierCode.NONE).compiled(), false), steps);
            assertEquals(expected.keySet(), actual.keySet());
            assertTrue(expected.containsKey(TrainingStep.AVERAGE_PREFIX + "a.weight"), expected.keySet()::toString);
            expected.forEach((name, tensor) -> {
                double[] there = actual.get(name).toDoubles();
                double[] here = tensor.toDoubles();
                boolean isQuotient = expected.containsKey(TrainingStep.STATE_PREFIX + "first/" + name.replace(TrainingStep.AVERAGE_PREFIX, ""));
                for (int i = 0; i < here.length; i++) {
                    assertEquals(here[i], there[i], ROUNDING * most(here) + (isQuotient ? RATE / 10 : 1e-7), name + " at " + i);
                }
            });
        }
    }

    private static double most(double[] values) {
        return Arrays.stream(values).map(Math::abs).max().orElse(0);
    }

    /** They are made where parameters are. */
    @Test
    void averagesTakeNoLaunches() {
        var kernels = Stream.of(OptionalDouble.empty(), OptionalDouble.of(0.9)).map(decay -> compiler(Optimizer.Kind.ADAM, decay).compile(GpuTarget.SM_80, EarlierCode.NONE))
                .map(step -> KernelWork.launches(step.compiled().plan()).values().stream().mapToLong(Long::longValue).sum()).toList();
        assertEquals(kernels.getFirst(), kernels.getLast());
    }

    /** Ten gradients' squares, and ten updates. */
    @Test
    void manyParametersTakeFewLaunches() {
        var step = compiler(Optimizer.Kind.ADAM).compile(GpuTarget.SM_80, EarlierCode.NONE).compiled();
        long kernels = KernelWork.launches(step.plan()).values().stream().mapToLong(Long::longValue).sum();
        long together = step.code().batches().values().stream().mapToLong(batch -> batch.kernels().size() - 1).sum();
        System.out.printf("GpuTrainingTest: %d launches of kernels are %d%n", kernels, kernels - together);
        assertTrue(together >= 8, step.code().batches()::toString);
        assertEquals(step.plan().kernels().size(), step.code().kernels().size() + step.code().batches().values().stream().mapToInt(batch -> batch.kernels().size()).sum());
    }

    @ParameterizedTest
    @EnumSource
    void theAssemblerPutsNoRegisterIntoMemory(Optimizer.Kind optimizer) throws IOException, InterruptedException {
        var assembler = Stream.of(System.getenv("PATH").split(":")).map(Path::of).map(path -> path.resolve("ptxas")).filter(Files::isExecutable).findFirst();
        if (assembler.isEmpty()) {
            System.out.println("GpuTrainingTest: skipped, there is no ptxas on the path");
        }
        Assumptions.assumeTrue(assembler.isPresent());
        for (String text : compiler(optimizer).compile(GpuTarget.SM_80, EarlierCode.NONE).compiled().code().texts()) {
            Path file = Files.writeString(folder.resolve("kernel.ptx"), text);
            var process = new ProcessBuilder(assembler.get().toString(), "-v", "-arch", "sm_80", file.toString(), "-o", folder.resolve("kernel.cubin").toString())
                    .redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes());
            assertEquals(0, process.waitFor(), said);
            assertFalse(SPILLED.matcher(said).find() || said.contains("warning"), said);
        }
    }
}
