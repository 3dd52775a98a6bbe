package pleat.cli.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.cli.Pleat;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.WeightFiles;
import tools.jackson.databind.json.JsonMapper;

final class RunCommandTest {
    /** The plan is the same for all tests, so only the first one compiles. */
    @TempDir
    static Path cache;

    @TempDir
    Path folder;

    private TinyModel model;

    @BeforeEach
    void writeFiles() throws IOException {
        model = TinyModel.in(folder);
        model.write("weights.npz", TinyModel.weights());
        model.write("inputs.npz", TinyModel.inputs());
    }

    /** Runs the model on the files of the folder; {@code more} may replace them. */
    private Pleat run(Object... more) {
        return Pleat.run(words(List.of("run", model.source() + ":Tiny", "--size", "n=2,c=3", "--threads", 1, "--cache", cache), more));
    }

    private static Object[] words(List<Object> first, Object... more) {
        var words = new ArrayList<>(first);
        words.addAll(Arrays.asList(more));
        return words.toArray();
    }

    private Pleat runWith(String weights, String inputs, Object... more) {
        return run(words(List.of("--weights", model.file(weights), "--inputs", model.file(inputs)), more));
    }

    private static void assertRefused(Pleat result, String... inMessage) {
        assertEquals(1, result.exitCode(), result.err());
        assertEquals("", result.out());
        assertFalse(result.err().contains("\tat "), result.err());
        for (String words : inMessage) {
            assertTrue(result.err().contains(words), () -> "`" + words + "` is not in: " + result.err());
        }
    }

    @Test
    void outputsAreWrittenAndComparedAndMemoryIsWhatWasPlanned() {
        model.write("reference.npz", TinyModel.outputs());
        var result = runWith("weights.npz", "inputs.npz", "-o", model.file("out.npz"), "--reference", model.file("reference.npz"), "--json",
                "--trace", model.file("trace.json"), "--profile", "--check-finite");
        assertEquals(0, result.exitCode(), result.err());
        var report = JsonMapper.shared().readTree(result.out());
        assertEquals(report.get("planned_bytes").longValue(), report.get("allocated_bytes").longValue());
        assertEquals(2e-9 * 2 * 3 * 2, report.get("gflop").doubleValue(), 1e-15);
        assertEquals("Tiny", report.get("groups").get(0).get("name").stringValue());
        assertTrue(report.get("differences").get(0).get("ok").booleanValue());
        try (var written = WeightFiles.open(model.file("out.npz"))) {
            assertArrayEquals(TinyModel.outputs().get("y").toFloats(), written.tensor("y").toFloats());
        }
        var trace = JsonMapper.shared().readTree(model.file("trace.json").toFile());
        assertEquals("X", trace.get("traceEvents").get(0).get("ph").stringValue());
        assertEquals("Tiny", trace.get("traceEvents").get(0).get("cat").stringValue());
    }

    @Test
    void aBundleRunsAsTheModelDoes() {
        var bundle = model.file("tiny.plan");
        var compiled = Pleat.run("compile", model.source(), "--size", "n=2,c=3", "--threads", 2, "--cache", cache, "-o", bundle);
        assertEquals(0, compiled.exitCode(), compiled.err());
        model.write("reference.npz", TinyModel.outputs());
        for (int threads = 1; threads <= 2; threads++) {
            var result = Pleat.run("run", bundle, "--threads", threads, "--weights", model.file("weights.npz"), "--inputs", model.file("inputs.npz"),
                    "--reference", model.file("reference.npz"));
            assertEquals(0, result.exitCode(), result.err() + result.out());
        }
    }

    @Test
    void whatABundleHasDecidedIsRefusedAndSoIsMemoryThatIsNotEnough() {
        var bundle = model.file("tiny.plan");
        assertEquals(0, Pleat.run("compile", model.source(), "--size", "n=2,c=3", "--threads", 1, "--cache", cache, "-o", bundle).exitCode());
        assertRefused(Pleat.run("run", bundle, "--size", "n=4", "--set", "d=3", "--gradients", "--dtype", "f32", "--no-fuse"), "is compiled already",
                "--size, --set, --gradients, --dtype, --no-fuse do not apply");
        assertRefused(Pleat.run("run", bundle, "--threads", 1, "--memory", "100"), "tiny.plan", "--memory allows 100 B");
    }

    @Test
    void aReferenceThatCannotBeReadIsRefusedBeforeTheRun() {
        assertRefused(runWith("weights.npz", "inputs.npz", "--reference", model.file("nofile.npz"), "-o", model.file("out.npz")), "nofile.npz");
        assertFalse(Files.exists(model.file("out.npz")));
    }

    @Test
    void aNameThatIsGivenTwiceIsRefused() {
        assertRefused(runWith("weights.npz", "inputs.npz", "--size", "c=4"), "`c` is given twice by --size: 3 and 4");
        assertRefused(runWith("weights.npz", "inputs.npz", "--set", "d=2,d=3"), "`d` is given twice by --set: 2 and 3");
        assertRefused(runWith("weights.npz", "inputs.npz", "--size", "c"), "`c` is not NAME=VALUE");
        assertRefused(runWith("weights.npz", "inputs.npz", "--size", "c=three"), "`c=three` gives `c` no whole number");
    }

    @Test
    void gradientsComeOutBesideTheOutputs() {
        var arguments = new LinkedHashMap<String, TensorData>();
        arguments.put("in/x", TinyModel.inputs().get("x"));
        arguments.put("cot/y", TensorData.ofFloats(new float[] {1, 0, 0, 2}, 2, 2));
        model.write("with_cotangents.npz", arguments);
        var result = runWith("weights.npz", "with_cotangents.npz", "--gradients", "-o", model.file("out.npz"));
        assertEquals(0, result.exitCode(), result.err());
        try (var written = WeightFiles.open(model.file("out.npz"))) {
            assertArrayEquals(new float[] {1, 2, 3, 8, 10, 12}, written.tensor("grad/in/x").toFloats());
            assertArrayEquals(new float[] {1, 0, -1, 0, 1, 0}, written.tensor("grad/param/linear.weight").toFloats());
            assertArrayEquals(new float[] {1, 2}, written.tensor("grad/param/linear.bias").toFloats());
        }
        assertRefused(runWith("weights.npz", "inputs.npz", "--gradients"), "missing cotangent `y`");
    }

    @Test
    void aTableSaysWhereTimeAndMemoryWent() {
        var result = runWith("weights.npz", "inputs.npz");
        assertEquals(0, result.exitCode(), result.err());
        assertTrue(result.out().matches("(?s).*op group +ms +launches +GFLOP +GFLOP/s +share\n +Tiny .*"), result.out());
        assertTrue(result.out().matches("(?s).*memory  .* planned \\((\\d+) bytes\\), .* allocated \\(\\1 bytes\\).*"), result.out());
    }

    @Test
    void aDifferenceFromTheReferenceFails() {
        model.write("reference.npz", Map.of("y", TensorData.ofFloats(new float[] {8, 18, 11, 22}, 2, 2)));
        var result = runWith("weights.npz", "inputs.npz", "--reference", model.file("reference.npz"));
        assertEquals(1, result.exitCode());
        assertTrue(result.out().contains("FAILED"), result.out());
    }

    @Test
    void tensorsThatAreMissingExtraOrOfAnotherShapeAreNamedTogether() {
        var weights = new LinkedHashMap<String, TensorData>();
        weights.put("linear.weight", TensorData.ofFloats(new float[4], 2, 2));
        weights.put("linear.offset", TensorData.ofFloats(new float[2], 2));
        model.write("bad.npz", weights);
        assertRefused(runWith("bad.npz", "inputs.npz"), "missing parameter `linear.bias`", "extra parameter `linear.offset`",
                "parameter `linear.weight` has shape f32[2, 2], the model's is f32[2, 3]");
    }

    @Test
    void aFileThatEndsEarlyIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(model.file("weights.npz"));
        Files.write(model.file("short.npz"), Arrays.copyOf(whole, whole.length - 40));
        assertRefused(runWith("short.npz", "inputs.npz"), "short.npz");
    }

    @Test
    void anInputOfAWrongTypeIsRefused() {
        model.write("longs.npz", Map.of("x", TensorData.ofLongs(new long[6], 2, 3)));
        model.write("doubles.npz", Map.of("x", TensorData.ofDoubles(new double[6], 2, 3)));
        assertRefused(runWith("weights.npz", "doubles.npz"), "input `x` has dtype f64, the model's is f32");
        assertEquals(1, runWith("weights.npz", "longs.npz").exitCode());
    }

    @Test
    void anInputThatIsMissingIsNamed() {
        model.write("none.npz", Map.of("z", TensorData.ofFloats(new float[6], 2, 3)));
        assertRefused(runWith("weights.npz", "none.npz"), "missing input `x`", "extra input `z`");
        assertRefused(run("--weights", model.file("weights.npz")), "`Tiny` takes 1 inputs, and no --inputs file is given", "`x` f32[2, 3]",
                "--random-inputs SEED");
        assertRefused(run("--random-inputs", "1"), "--random-weights alone, and it is not given", "add --random-weights SEED");
        assertRefused(run("--inputs", model.file("inputs.npz")), "`Tiny` takes 2 parameters, and no --weights file is given");
    }

    @Test
    void whatIsNotFiniteIsFoundOnlyWhereThatIsAsked() {
        model.write("nan.npz", Map.of("x", TensorData.ofFloats(new float[] {0, 0, 0, 0, Float.NaN, 0}, 2, 3)));
        assertRefused(runWith("weights.npz", "nan.npz", "--check-finite", "-o", model.file("out.npz")),
                "input `x` is not finite: it has NaN at [1, 1]");
        assertFalse(Files.exists(model.file("out.npz")));
        assertEquals(0, runWith("weights.npz", "nan.npz").exitCode());
        model.write("huge.npz", Map.of("x", TensorData.ofFloats(new float[] {0, 0, 3e38f, 0, 0, 0}, 2, 3)));
        assertRefused(runWith("weights.npz", "huge.npz", "--check-finite"), "output `y` is not finite: it has Infinity at [0, 0]");
    }

    @Test
    void anOutputThatCannotBeWrittenIsRefusedBeforeTheRun() {
        assertRefused(runWith("weights.npz", "inputs.npz", "-o", model.file("nowhere").resolve("out.npz")), "nowhere",
                "cannot be written: its folder does not exist");
        assertRefused(runWith("weights.npz", "inputs.npz", "-o", folder), "cannot be written: it is a folder");
    }

    @Test
    void memoryThatIsNotEnoughIsRefusedWithWhatIsNeeded() {
        var result = runWith("weights.npz", "inputs.npz", "--memory", "100");
        assertRefused(result, "needs", "bytes), and --memory allows 100 B", "weights");
    }

    @Test
    void aFileOfTensorsAloneIsNoModel() {
        assertRefused(Pleat.run("run", model.file("weights.npz")), "has tensors but names no model");
    }

    @Test
    void aCheckpointThatWouldExecuteCodeIsRefused() throws IOException {
        String calls = "\u0080\u0002cos\nsystem\nX\u0004\u0000\u0000\u0000true\u0085R.";
        try (var zip = new ZipOutputStream(Files.newOutputStream(model.file("evil.pt")))) {
            zip.putNextEntry(new ZipEntry("archive/data.pkl"));
            zip.write(calls.getBytes(StandardCharsets.ISO_8859_1));
            zip.closeEntry();
            zip.putNextEntry(new ZipEntry("archive/version"));
            zip.write('3');
            zip.closeEntry();
        }
        assertRefused(runWith("evil.pt", "inputs.npz"), "evil.pt", "its pickle calls `os.system`, and Pleat executes nothing from a file");
    }

    /** The first command of the README. */
    @Test
    void theRealProteinRunsAndAgreesWithItsReference() {
        var file = Path.of(System.getProperty("pleat.root"), "examples", "6kwc_evoformer.npz");
        var result = Pleat.run("run", file, "--cache", cache, "--threads", 2, "--json");
        assertEquals(0, result.exitCode(), result.err() + result.out());
        var report = JsonMapper.shared().readTree(result.out());
        assertEquals(report.get("planned_bytes").longValue(), report.get("allocated_bytes").longValue());
        assertEquals(List.of("out/z_embed", "out/m", "out/z", "out/s", "out/distogram_logits", "out/masked_msa_logits_row0"),
                report.get("differences").valueStream().map(row -> row.get("tensor").stringValue()).toList());
        var groups = report.get("groups").valueStream().map(row -> row.get("name").stringValue()).toList();
        assertTrue(groups.containsAll(List.of("MSARowAttentionWithPairBias", "OuterProductMean", "TriangleMultiplicationOutgoing", "PairTransition")),
                groups.toString());
        assertRefused(Pleat.run("run", file, "--weights", model.file("weights.npz")), "has weights, inputs and reference outputs of its own");
        assertRefused(Pleat.run("run", file, "--size", "s=4", "--set", "c_m=8", "--gradients"), "--size, --set, --gradients do not apply");
        assertRefused(Pleat.run("run", file, "--cache", cache, "--threads", 2, "--memory", "1MB"), "--memory allows 1.00 MB");
    }
}
