package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.cli.Main;
import pleat.runtime.io.NpzWriter;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.WeightFiles;
import tools.jackson.databind.json.JsonMapper;

/** What `pleat check-golden` says of files that are right, wrong and no reference results at all. */
final class CheckGoldenTest {
    private static final String GOOD = Goldens.root().resolve("tests/src/test/resources/goldens/of_outer_product_mean.npz").toString();

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = directory.resolve("changed.npz");
    }

    @Test
    void jsonHasARowForEachTensor() {
        assertEquals(0, run("--json", GOOD));
        var list = JsonMapper.shared().readTree(out.toString());
        assertEquals(List.of("file", "via", "ok", "rows"), List.copyOf(list.get(0).propertyNames()));
        var rows = list.get(0).get("rows");
        assertEquals(10, rows.size());
        assertEquals(List.of("tensor", "error", "tolerance", "ok"), List.copyOf(rows.get(0).propertyNames()));
        assertEquals("out/z_update", rows.get(0).get("tensor").stringValue());
        assertTrue(rows.get(0).get("ok").booleanValue());
    }

    @Test
    void aWrongOutputFails() {
        change((tensors, _) -> tensors.computeIfPresent("out/z_update", (_, output) -> scaled(output, 1.0001)));
        assertEquals(1, run(file.toString()));
        assertTrue(out.toString().contains("changed.npz: FAILED"), out::toString);
        assertTrue(out.toString().matches("(?s).*out/z_update +error 1.00e-04  tolerance 1.00e-05  FAILED.*"), out::toString);
    }

    @Test
    void aWrongGradientFails() {
        change((tensors, _) -> tensors.computeIfPresent("grad/param/linear_1.bias", (_, gradient) -> scaled(gradient, -1)));
        assertEquals(1, run(file.toString()));
        assertTrue(out.toString().matches("(?s).*grad/param/linear_1.bias +error 2.00e\\+00.*FAILED.*"), out::toString);
    }

    @Test
    void parametersThatDoNotFitAreAllNamed() {
        change((tensors, _) -> {
            tensors.put("param/linear_3.bias", tensors.remove("param/linear_1.bias"));
            tensors.keySet().removeIf(name -> name.startsWith("grad/"));
        });
        assertRefused("missing parameter `linear_1.bias` f32[8]", "extra parameter `linear_3.bias` f32[8]");
    }

    @Test
    void aMaskThatIsLeftOutIsAllOnes() {
        change((tensors, _) -> tensors.remove("in/mask"));
        run(file.toString());
        String without = out.toString();
        out.getBuffer().setLength(0);
        change((tensors, _) -> tensors.computeIfPresent("in/mask", (_, mask) -> ones(mask)));
        run(file.toString());
        assertTrue(without.contains("out/z_update"), without);
        assertEquals(without, out.toString());
    }

    @Test
    void anUnknownModuleIsNamed() {
        change((_, texts) -> texts.put("meta", "{\"module\": \"openfold.model.Nothing\"}"));
        assertRefused("no model answers to `openfold.model.Nothing`");
    }

    @Test
    void otherFilesAreNotReferenceResults() {
        change((_, texts) -> texts.clear());
        assertRefused("has no `meta`: it is not a file of reference results");
        change((_, texts) -> texts.put("meta", "outer product"));
        assertRefused("has a `meta` that is not JSON");
    }

    @Test
    void aFileThatCannotBeReadDoesNotHideTheOthers() {
        assertEquals(1, run("--json", file.toString(), GOOD));
        var list = JsonMapper.shared().readTree(out.toString());
        assertEquals(List.of(false, true), list.valueStream().map(one -> one.get("ok").booleanValue()).toList());
        assertTrue(err.toString().contains("changed.npz"), err::toString);
    }

    @Test
    void aFolderGivesATableOfItsFiles() {
        change((tensors, _) -> tensors.computeIfPresent("out/z_update", (_, output) -> scaled(output, 1.0001)));
        assertEquals(1, run(directory.toString(), GOOD));
        assertTrue(out.toString().matches("(?s).*changed.npz +interpreter +FAILED +1 +1.0e-04 +9.998 +9 .*"), out::toString);
        assertTrue(out.toString().matches("(?s).*of_outer_product_mean.npz +interpreter +passed +1 .*"), out::toString);
        assertTrue(out.toString().contains("1 passed, 1 failed"), out::toString);
    }

    @Test
    void featuresAreMadeAgain() {
        var features = Goldens.root().resolve("tests/src/test/resources/features");
        assertEquals(0, run("--json", features.resolve("features_2q2k.npz").toString(), features.resolve("features_6kwc.npz").toString()));
        var list = JsonMapper.shared().readTree(out.toString());
        assertEquals(30, list.get(0).get("rows").size());
        assertTrue(err.toString().contains("400 of 2712 rows"), err::toString);
    }

    private void assertRefused(String... expected) {
        assertEquals(1, run(file.toString()));
        for (String words : expected) {
            assertTrue(err.toString().contains(words), err::toString);
        }
    }

    /** Writes the good file with changes to its tensors and texts. */
    private void change(BiConsumer<Map<String, TensorData>, Map<String, String>> change) {
        try (var source = WeightFiles.open(Path.of(GOOD))) {
            var tensors = new LinkedHashMap<String, TensorData>();
            source.names().forEach(name -> tensors.put(name, source.tensor(name)));
            var texts = new LinkedHashMap<String, String>();
            source.textNames().forEach(name -> texts.put(name, source.text(name)));
            change.accept(tensors, texts);
            NpzWriter.write(file, tensors, texts);
        }
    }

    private static TensorData scaled(TensorData tensor, double factor) {
        var values = tensor.toFloats();
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (values[i] * factor);
        }
        return TensorData.ofFloats(values, tensor.shape().toArray());
    }

    private static TensorData ones(TensorData tensor) {
        var values = new float[Math.toIntExact(tensor.elements())];
        Arrays.fill(values, 1);
        return TensorData.ofFloats(values, tensor.shape().toArray());
    }

    private int run(String... arguments) {
        var all = new String[arguments.length + 3];
        all[0] = "check-golden";
        all[1] = "--via";
        all[2] = "interpreter";
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        return Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute(all);
    }
}
