package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import pleat.cli.compile.NativeCompiler;
import pleat.cli.compile.NativeOptions;
import pleat.cli.compile.Phases;
import pleat.cli.model.ModelName;
import pleat.codegen.HostTarget;
import pleat.ir.text.PlanPrinter;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.grad.Differentiate;

/** The same request gives the same bytes, in this process and in another one, whose hash seeds differ. */
final class DeterminismTest {

    /** Prints what {@link #compiled} gives, for a process of its own. */
    public static void main(String[] arguments) {
        System.out.print(compiled());
    }

    /** Plan and LLVM IR of two blocks and their gradients. */
    private static String compiled() {
        var module = ModelCase.of(ModelName.parse("af3.pairformer:PairformerModule"), 1, 13).module();
        var passes = PassManager.quiet();
        var prepared = passes.run(passes.run(passes.run(module, Pipelines.prepare(Map.of())), List.of(Differentiate.PASS)), Pipelines.cleanUp());
        var compiler = new NativeCompiler(NativeOptions.threads(2), HostTarget.detect(), Phases.quiet());
        var plan = compiler.schedule(compiler.tiled(prepared));
        var code = compiler.lower(plan);
        return PlanPrinter.print(compiler.place(plan, code)) + String.join("\n", code.modules());
    }

    @Test
    void theBytesAreTheSameInEveryProcess() throws IOException, InterruptedException {
        String first = compiled();
        assertEquals(first, compiled());
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var process = new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), DeterminismTest.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String other = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor());
        assertEquals(first, other);
    }
}
