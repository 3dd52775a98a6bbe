package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pleat.cli.compile.CompileRequest;
import pleat.cli.compile.GpuCompiler;
import pleat.cli.compile.Gradients;
import pleat.cli.compile.ModelCompiler;
import pleat.cli.compile.ModelReference;
import pleat.cli.compile.NativeOptions;
import pleat.cli.compile.Phases;
import pleat.cli.model.ModelRegistry;
import pleat.codegen.HostTarget;
import pleat.codegen.gpu.GpuModule;
import pleat.codegen.gpu.GpuTarget;
import pleat.frontend.ConfigValue;
import pleat.frontend.Frontend.Request;
import pleat.ir.diagnostic.Source;
import pleat.ir.plan.GpuCode;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.KernelParser;
import pleat.ir.type.DType;
import pleat.ir.verify.KernelVerifier;

/** NVIDIA's assembler takes every kernel of a block, gradients included, for every target, and puts no register into memory. */
final class GpuAssemblyTest {
    private static final Pattern SPILLED = Pattern.compile("[1-9][0-9]* bytes spill");
    /** Products of warp groups that were made to wait for each other, or for fences and waits that had been forgotten. */
    private static final Pattern SERIALISED = Pattern.compile("\\(C75\\d\\d\\)");

    @TempDir
    private Path folder;

    private static TensorModule block() {
        var sizes = ImmutableMap.of("s", ConfigValue.of(33), "r", ConfigValue.of(99));
        var request = new CompileRequest(ModelReference.parse("evoformer-block", ModelRegistry.load(), _ -> { }), new Request(sizes, ImmutableMap.of()),
                Gradients.ALL, NativeOptions.threads(1), OptionalLong.empty());
        var compiler = new ModelCompiler(request, HostTarget.detect(), Phases.quiet());
        return compiler.prepared(compiler.source(request.model().open()));
    }

    @ParameterizedTest
    @CsvSource({"sm_80, F32", "sm_89, F32", "sm_90, F32", "sm_80, F16", "sm_90a, BF16", "sm_90a, F16"})
    void everyKernelIsAssembledWithoutSpills(String target, DType storage) throws IOException, InterruptedException {
        var assembler = assembler();
        GpuCode code = GpuCompiler.compile(block(), new NativeOptions(1, storage, true), GpuTarget.named(target).orElseThrow()).code();
        assertTrue(code.texts().stream().anyMatch(text -> text.contains(target.endsWith("a") ? "wgmma.mma_async" : "mma.sync")), "no product goes through matrix units");
        for (String text : code.texts()) {
            assemble(assembler, text, target);
        }
    }

    /** A lane has 24 numbers of a row, and its weights lie at 24 places whichever row it is: a register for the address of each is more than there are. */
    @ParameterizedTest
    @ValueSource(strings = {"sm_80", "sm_90a"})
    void longRowsAreAssembledWithoutSpills(String target) throws IOException, InterruptedException {
        var assembler = assembler();
        var kernel = KernelVerifier.verified(KernelParser.parse(new Source("norm_project", """
                kernel @norm_project(%x: f32[99, 768] (0, 1), %w: f32[768] (0), %b: f32[768] (0), %p: f32[64, 768] (0/32, 1, 0%32), out %n: f32[99, 768] (0, 1),
                    out %y: f32[99, 64] (0, 1)) axes(grid i: 99 by 16, whole o: 64, whole j: 768) {
                  %x[i, j] = load %x[i, j]
                  %mu[i] = sum[j] %x[i, j] / 768
                  %var[i] = sum[j] (%x[i, j] - %mu[i]) * (%x[i, j] - %mu[i]) / 768
                  %w[j] = load %w[j]
                  %b[j] = load %b[j]
                  %n[i, j] = (%x[i, j] - %mu[i]) * rsqrt(%var[i] + 1.0E-5) * %w[j] + %b[j]
                  store %n[i, j] = %n[i, j]
                  %p[o, j] = load %p[o, j]
                  %y[i, o] = sum[j] %n[i, j] * %p[o, j]
                  store %y[i, o] = %y[i, o]
                }
                """)));
        assemble(assembler, GpuModule.of(List.of(kernel), GpuTarget.named(target).orElseThrow()).code(1).texts().getFirst(), target);
    }

    private static Path assembler() {
        var found = Stream.of(System.getenv("PATH").split(":")).map(Path::of).map(path -> path.resolve("ptxas")).filter(Files::isExecutable).findFirst();
        if (found.isEmpty()) {
            System.out.println("GpuAssemblyTest: skipped, there is no ptxas on the path");
        }
        Assumptions.assumeTrue(found.isPresent());
        return found.get();
    }

    private void assemble(Path assembler, String text, String target) throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("kernel.ptx"), text);
        var process = new ProcessBuilder(assembler.toString(), "-v", "-arch", target, file.toString(), "-o", folder.resolve("kernel.cubin").toString())
                .redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), said);
        assertTrue(!SPILLED.matcher(said).find() && !said.contains("warning") && !SERIALISED.matcher(said).find(), said);
    }
}
