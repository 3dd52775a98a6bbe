package pleat.cli.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import pleat.cli.Pleat;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class CompileCommandTest {
    private static final String DOUBLED = "module Doubled(x: [n]) -> [n] {\n  y[i] = twice(x[i])\n  return y\n}\n";
    private static final String TWICE = "scalar twice(a) = 2 * a\n";

    @TempDir
    Path folder;

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private Pleat compile(Object model, Object... more) {
        var words = new ArrayList<Object>(List.of("compile", model, "--cache", folder.resolve("cache")));
        words.addAll(List.of(more));
        return Pleat.run(words.toArray());
    }

    private static JsonNode json(Pleat result) {
        assertEquals(0, result.exitCode(), result::err);
        return JsonMapper.shared().readTree(result.out());
    }

    private static void assertRefused(Pleat result, String... inMessage) {
        assertEquals(1, result.exitCode(), result.err());
        assertFalse(result.err().contains("\tat "), result.err());
        for (String words : inMessage) {
            assertTrue(result.err().contains(words), () -> "`" + words + "` is not in: " + result.err());
        }
    }

    @Test
    void theSameIsCompiledOnceAndAChangeOfAnImportedFileCompilesAgain() throws IOException {
        write("twice.pleat", TWICE);
        var model = write("doubled.pleat", "import twice\n" + DOUBLED);
        var first = json(compile(model, "--size", "n=64", "--json"));
        assertFalse(first.get("cached").booleanValue());
        assertTrue(first.get("phases_ms").has("llvm"));

        var again = json(compile(model, "--size", "n=64", "--json"));
        assertTrue(again.get("cached").booleanValue());
        assertFalse(again.get("phases_ms").has("parse"), "the warm path reads no source");
        assertFalse(again.get("phases_ms").has("llvm"), "the warm path compiles nothing");
        assertEquals(first.get("planned_bytes"), again.get("planned_bytes"));
        assertEquals(first.get("bundle"), again.get("bundle"));

        write("twice.pleat", TWICE.replace("2", "2.0"));
        assertFalse(json(compile(model, "--size", "n=64", "--json")).get("cached").booleanValue());
        assertFalse(json(compile(model, "--size", "n=65", "--json")).get("cached").booleanValue());
    }

    @Test
    void aBundleIsWrittenWholeAndRunsWithoutTheModel() throws IOException {
        var model = write("doubled.pleat", DOUBLED.replace("twice(x[i])", "2 * x[i]"));
        var bundle = folder.resolve("doubled.plan");
        var result = compile(model, "--size", "n=8", "--threads", 1, "-o", bundle);
        assertEquals(0, result.exitCode(), result.err());
        assertTrue(result.out().contains("1 kernels in 1 launches") && result.out().contains("in one arena"), result.out());
        try (var files = Files.list(bundle)) {
            assertEquals(List.of("kernels.so", "manifest.json", "notes.json", "plan.ir"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
        Files.delete(model);
        assertRefused(Pleat.run("run", bundle), "`Doubled` takes 1 inputs");
        assertRefused(Pleat.run("run", bundle, "--threads", 2), "was compiled for 1 to 1");
    }

    @ParameterizedTest
    @CsvSource({"plan.ir, is not what was written", "kernels.so, is not what was written", "notes.json, is not what was written",
        "manifest.json, is not JSON"})
    void aDamagedBundleIsRefusedByTheNameOfTheFile(String file, String why) throws IOException {
        var model = write("doubled.pleat", DOUBLED.replace("twice(x[i])", "2 * x[i]"));
        var bundle = folder.resolve("doubled.plan");
        assertEquals(0, compile(model, "--size", "n=8", "-o", bundle).exitCode());
        byte[] bytes = Files.readAllBytes(bundle.resolve(file));
        bytes[0] ^= 1;
        Files.write(bundle.resolve(file), bytes);
        assertRefused(Pleat.run("run", bundle), "doubled.plan` is damaged", file, why, "compile it again");
        Files.delete(bundle.resolve(file));
        assertRefused(Pleat.run("run", bundle), file.equals("manifest.json") ? "is no plan bundle" : "`" + file + "` is missing");
    }

    @Test
    void aDamagedEntryOfTheCacheIsCompiledAgain() throws IOException {
        var model = write("doubled.pleat", DOUBLED.replace("twice(x[i])", "2 * x[i]"));
        var bundle = Path.of(json(compile(model, "--size", "n=8", "--json")).get("bundle").stringValue());
        Files.writeString(bundle.resolve("plan.ir"), "plan");
        var again = compile(model, "--size", "n=8", "--json");
        assertFalse(json(again).get("cached").booleanValue());
        assertTrue(again.err().contains("is damaged: `plan.ir` is not what was written; compiling again"), again.err());
    }

    @Test
    void tooLittleMemoryIsRefusedWithWhatIsNeededAndNothingIsWritten() throws IOException {
        var model = write("doubled.pleat", DOUBLED.replace("twice(x[i])", "2 * x[i]"));
        var bundle = folder.resolve("doubled.plan");
        assertRefused(compile(model, "--size", "n=1000000", "--memory", "1MB", "-o", bundle), "`" + model + "` needs 4.",
                "--memory allows 1.00 MB");
        assertFalse(Files.exists(bundle));
        assertFalse(Files.exists(folder.resolve("cache")));
    }

    @Test
    void aPlaceWhereNothingCanBeWrittenIsRefused() throws IOException {
        var model = write("doubled.pleat", DOUBLED.replace("twice(x[i])", "2 * x[i]"));
        assertRefused(compile(model, "--size", "n=8", "-o", model.resolve("bundle")), "cannot be written");
        assertRefused(compile(model, "--size", "n=8", "-o", folder), "cannot be written", "something else is there");
    }

    @ParameterizedTest
    @EnumSource(Stage.class)
    void eachStageHasAText(Stage stage) throws IOException {
        var model = write("doubled.pleat", DOUBLED.replace("twice(x[i])", "2 * x[i]"));
        var emit = List.of("--size", "n=8", "--emit", stage.name().toLowerCase(Locale.ROOT));
        boolean isOfGpu = EnumSet.of(Stage.TILE, Stage.LANE, Stage.PTX).contains(stage);
        var result = compile(model, Stream.concat(emit.stream(), isOfGpu ? Stream.of("--target", "sm_90") : Stream.of()).toArray());
        assertEquals(0, result.exitCode(), result.err());
        String begins = switch (stage) {
            case IR, PREPARED, TILED -> "module tensor @Doubled";
            case REMARKS, RECOMPUTE -> "";
            case LOOPS -> "0 values out of loops";
            case KERNEL, TILE -> "kernel @";
            case PLAN -> "plan @Doubled";
            case LLVM -> "define";
            case ASM -> "pleat_kernel_";
            case LANE -> "lane @";
            case PTX -> ".target sm_90";
        };
        assertTrue(result.out().contains(begins), result.out());
    }

    @Test
    void wrongProgramsAreShownWithTheirPlace() throws IOException {
        assertRefused(compile(write("a.pleat", "module A(x: [n]) -> [n] {\n  y[i] = x[k]\n  return y\n}\n")), "error[F0102]", "a.pleat:2:12",
                "`k` is no axis of this equation");
        assertRefused(compile(write("b.pleat", "module B(x: [n], z: [m]) -> [n] {\n  y[i] = x[i] + z[i]\n  return y\n}\n")), "error[F0107]",
                "b.pleat:2:", "dim 0 of `x`", "dim 0 of `z`");
        assertRefused(compile(write("c.pleat", "module C(x: [n]) -> [n] {\n  return w\n}\n")), "error[F0101]", "c.pleat:2:10", "`w`");
        assertRefused(compile(write("d.pleat", "module D(x: [n]) -> [n] {\n  use d: D\n  return d(x)\n}\n"), "--size", "n=4"), "error[F0117]",
                "contains itself without end");
    }

    @Test
    void wrongRequestsAreExplained() throws IOException {
        var model = write("doubled.pleat", DOUBLED.replace("twice(x[i])", "2 * x[i]"));
        assertRefused(compile(model), "sizes of `" + model + "` are not given: n", "--size n=64, or --inputs FILE with `x` to");
        assertRefused(compile(model, "--size", "q=4"), "q");
        assertRefused(compile(model + ":Tripled"), "no module `Tripled`", "`Doubled`");
        assertRefused(compile(folder.resolve("none.pleat")), "there is no file");
        assertRefused(compile("no-such-model"), "there is no model `no-such-model`", "evoformer-block");
        assertRefused(compile(model, "--size", "n=8", "--emit", "ptx"), "the code of a GPU", "--target sm_80");
        assertRefused(compile(model, "--size", "n=8", "--emit", "ptx", "--target", "sm_10"), "no code for target `sm_10`", "sm_90");
        assertRefused(compile(model, "--size", "n=8", "--target", "sm_90"), "--target says whose code is shown", "--emit ptx");
        assertRefused(compile(model, "--size", "n=8", "--emit", "ptx", "--target", "sm_90", "-o", folder.resolve("out")), "`-o` does not apply", "> FILE");
        assertRefused(compile(model, "--size", "n=8", "--emit", "plan", "--json"), "`--json` does not apply");
        assertRefused(compile(model, "--size", "n=8", "--threads", "0"), "at least one thread");
        assertRefused(compile(model, "--size", "n=8", "--memory", "much"), "`much` is no amount of memory");
    }
}
