package pleat.cli.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.cli.Pleat;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.WeightFiles;

/** Where `pleat run` gets sizes, settings and weights from. */
final class RunArgumentsTest {
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

    private Pleat run(Object... more) {
        var words = new ArrayList<Object>(List.of("run", model.source(), "--inputs", model.file("inputs.npz"), "--threads", 1, "--cache", cache));
        words.addAll(Arrays.asList(more));
        return Pleat.run(words.toArray());
    }

    private float[] output(String file) {
        try (var written = WeightFiles.open(model.file(file))) {
            return written.tensor("y").toFloats();
        }
    }

    @Test
    void theShapesOfTheInputsGiveTheSizes() {
        var result = run("--weights", model.file("weights.npz"), "-o", model.file("out.npz"));
        assertEquals(0, result.exitCode(), result.err());
        assertArrayEquals(TinyModel.outputs().get("y").toFloats(), output("out.npz"));
        model.write("prefixed.npz", Map.of("in/x", TinyModel.inputs().get("x")));
        assertEquals(0, Pleat.run("run", model.source(), "--inputs", model.file("prefixed.npz"), "--weights", model.file("weights.npz"), "--threads", 1,
                "--cache", cache).exitCode());
    }

    @Test
    void tablesOfAFileOfResultsAreInputsToo() throws IOException {
        Files.writeString(model.source(), "module Tiny(x: [n, c], t: [c]) -> (y: [n, c]) {\n  y[i, j] = x[i, j] + t[j]\n  return y\n}\n");
        model.write("results.npz", Map.of("in/x", TinyModel.inputs().get("x"), "const/t", TensorData.ofFloats(new float[] {1, 2, 3}, 3)));
        assertEquals(0, Pleat.run("run", model.source(), "--inputs", model.file("results.npz"), "-o", model.file("out.npz"), "--threads", 1, "--cache",
                cache).exitCode());
        assertArrayEquals(new float[] {2, 2, 2, 1, 2.5f, 3}, output("out.npz"));
    }

    @Test
    void aSizeThatTheInputsContradictIsRefused() {
        var result = run("--size", "n=3", "--weights", model.file("weights.npz"));
        assertEquals(1, result.exitCode());
        assertTrue(result.err().contains("`n`"), result.err());
    }

    @Test
    void settingsComeFromAFileUnlessTheCommandLineGivesThem() throws IOException {
        var config = Files.writeString(folder.resolve("config.json"), "{\"d\": 5}");
        model.write("five.npz", Map.of("linear.weight", TensorData.ofFloats(new float[15], 5, 3), "linear.bias",
                TensorData.ofFloats(new float[] {1, 2, 3, 4, 5}, 5)));
        var result = run("--config", config, "--weights", model.file("five.npz"), "-o", model.file("out.npz"));
        assertEquals(0, result.exitCode(), result.err());
        assertArrayEquals(new float[] {1, 2, 3, 4, 5, 1, 2, 3, 4, 5}, output("out.npz"));
        assertEquals(0, run("--config", config, "--set", "d=2", "--weights", model.file("weights.npz")).exitCode());
        assertRefused(run("--config", Files.writeString(folder.resolve("bad.json"), "{\"d\": [5]}"), "--random-weights", 1),
                "`d` is [5] in the configuration");
        assertRefused(run("--config", Files.writeString(folder.resolve("none.json"), "d = 5"), "--random-weights", 1), "is not JSON");
        assertRefused(run("--config", Files.writeString(folder.resolve("other.json"), "{\"depth\": 5}"), "--random-weights", 1), "depth");
    }

    @Test
    void aShippedModuleTakesTheConfigurationOfItsReferenceImplementation() throws IOException {
        var config = Files.writeString(folder.resolve("block.json"),
                "{\"c_hidden_msa_att\": 4, \"no_heads_msa\": 2, \"msa_dropout\": 0.15, \"_mask_trans\": true}");
        var emitted = Pleat.run("compile", "MSATransition", "--config", config, "--emit", "ir", "--size", "s=3,r=4", "--set", "c_m=8");
        assertRefused(emitted, "c_hidden_msa_att");
        var block = Pleat.run("compile", "evoformer-block", "--config", config, "--emit", "ir", "--size", "s=3,r=4", "--set",
                "c_m=8,c_z=8,c_hidden_opm=4,c_hidden_mul=8,c_hidden_pair_att=4");
        assertEquals(0, block.exitCode(), block.err());
        assertTrue(block.out().contains("%msa_att_row.mha.linear_q.weight: f32[8, 8]"), block.out());
    }

    @Test
    void weightsCanBeMadeUpAndAreTheSameForASeed() {
        for (String file : new String[] {"one.npz", "again.npz"}) {
            assertEquals(0, run("--random-weights", 7, "-o", model.file(file)).exitCode());
        }
        assertEquals(0, run("--random-weights", 8, "-o", model.file("other.npz")).exitCode());
        assertArrayEquals(output("one.npz"), output("again.npz"));
        assertFalse(Arrays.equals(output("one.npz"), output("other.npz")));
        assertRefused(run("--random-weights", 7, "--weights", model.file("weights.npz")), "--weights and --random-weights are both given");
    }

    @Test
    void aReferenceWithoutAnOutputIsRefusedBeforeTheRun() {
        model.write("lacks.npz", Map.of("z", TensorData.ofFloats(new float[4], 2, 2)));
        model.write("other.npz", Map.of("y", TensorData.ofFloats(new float[4], 4)));
        assertRefused(run("--random-weights", 1, "--reference", model.file("lacks.npz"), "-o", model.file("out.npz")),
                "has no output to compare with: the model computes `y`");
        assertRefused(run("--random-weights", 1, "--reference", model.file("other.npz"), "-o", model.file("out.npz")),
                "has output `y` as f32[4], and the model computes f32[2, 2]");
        assertFalse(Files.exists(model.file("out.npz")));
    }

    @Test
    void whatTheFrontendWarnsOfIsPrintedAlsoWhenThePlanComesFromTheCache() throws IOException {
        Files.writeString(model.source(), """
                module Tiny(x: [n, c]) -> (y: [n, c]) {
                  unused[i, j] = 2 * x[i, j]
                  y[i, j] = 3 * x[i, j]
                  return y
                }
                """);
        for (int i = 0; i < 2; i++) {
            var result = run();
            assertEquals(0, result.exitCode(), result.err());
            assertTrue(result.err().contains("warning[F0127]") && result.err().contains("unused"), result.err());
        }
    }

    /** The same transition of an MSA with weights as AlphaFold's files have them, and under the model's names. */
    @Test
    void aPartOfAFileOfAlphaFoldsParametersRuns() {
        String block = "alphafold/alphafold_iteration/evoformer/evoformer_iteration/msa_transition/";
        float[] stacked = {9, 9, 9, 9, 1, 2, 3, 4};
        var file = new LinkedHashMap<String, TensorData>();
        var own = new LinkedHashMap<String, TensorData>();
        for (String one : new String[] {"input_layer_norm//scale layer_norm.weight", "input_layer_norm//offset layer_norm.bias",
                "transition1//bias linear_1.bias", "transition2//bias linear_2.bias"}) {
            file.put(block + one.split(" ")[0], TensorData.ofFloats(new float[] {9, 9, 1, 2}, 2, 2));
            own.put(one.split(" ")[1], TensorData.ofFloats(new float[] {1, 2}, 2));
        }
        for (String layer : new String[] {"1", "2"}) {
            file.put(block + "transition" + layer + "//weights", TensorData.ofFloats(stacked, 2, 2, 2));
            own.put("linear_" + layer + ".weight", TensorData.ofFloats(new float[] {1, 3, 2, 4}, 2, 2));
        }
        model.write("params_model_1.npz", file);
        model.write("own.npz", own);
        model.write("msa.npz", Map.of("m", TensorData.ofFloats(new float[] {1, -2, 3, 5}, 1, 2, 2), "mask", TensorData.ofFloats(new float[] {1, 1}, 1, 2)));
        Object[] words = {"run", "MSATransition", "--set", "n=1", "--inputs", model.file("msa.npz"), "--cache", cache, "--threads", 1};
        assertEquals(0, Pleat.run(append(words, "--weights", model.file("own.npz"), "-o", model.file("own_out.npz"))).exitCode());
        var result = Pleat.run(append(words, "--weights", model.file("params_model_1.npz"), "--part", "evoformer.blocks.1.msa_transition", "--reference",
                model.file("own_out.npz")));
        assertEquals(0, result.exitCode(), result.err() + result.out());
        assertTrue(result.err().contains("params_model_1.npz` is read with --names alphafold"), result.err());
        assertRefused(Pleat.run(append(words, "--weights", model.file("params_model_1.npz"))), "missing parameter `layer_norm.weight`");
        assertRefused(Pleat.run(append(words, "--weights", model.file("params_model_1.npz"), "--names", "boltz")), "has no parameters under `state_dict.`");
        assertRefused(Pleat.run(append(words, "--names", "alphafold", "--random-weights", 1)), "say how the file of --weights is read, and there is none");
    }

    private static Object[] append(Object[] words, Object... more) {
        var all = new ArrayList<>(Arrays.asList(words));
        all.addAll(Arrays.asList(more));
        return all.toArray();
    }

    private static void assertRefused(Pleat result, String inMessage) {
        assertEquals(1, result.exitCode(), result.err());
        assertTrue(result.err().contains(inMessage), () -> "`" + inMessage + "` is not in: " + result.err());
    }
}
