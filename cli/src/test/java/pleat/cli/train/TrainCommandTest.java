package pleat.cli.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.cli.Pleat;
import pleat.runtime.io.NpzWriter;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.WeightFiles;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TrainCommandTest {
    @TempDir
    private Path folder;

    private String model;

    @BeforeEach
    void writeModel() throws IOException {
        var file = folder.resolve("stack.pleat");
        Files.writeString(file, """
                module Block(x: [n, c]) -> (x: [n, c]) where c = 8 {
                  use up: Linear(c -> 4*c)
                  use down: Linear(4*c -> c)
                  x += down(tanh(up(x)))
                  return x
                }

                module Stack(x: [n, c]) -> [n, c] where c = 8, no_blocks = 3 {
                  repeat no_blocks blocks: Block(..)
                  return blocks(x)
                }
                """);
        model = file + ":Stack";
    }

    @Test
    void whatIsInterruptedGoesOnWithTheSameBits() {
        for (String optimizer : List.of("sgd", "adam")) {
            var checkpoint = folder.resolve(optimizer + ".safetensors");
            var whole = losses(train("--steps", "6", "--optimizer", optimizer, "--json"));
            var part = losses(train("--steps", "3", "--optimizer", optimizer, "--save", checkpoint, "--json"));
            part.addAll(losses(train("--steps", "6", "--optimizer", optimizer, "--resume", checkpoint, "--json")));
            assertEquals(whole, part);
        }
    }

    @Test
    void whatIsAveragedGoesOnWithTheSameBits() throws IOException {
        var files = Stream.of("whole", "part", "rest").map(name -> folder.resolve(name + ".safetensors")).toList();
        var words = List.of("--optimizer", "adam", "--average", "0.9", "--clip", "5");
        var whole = losses(train(words, "--steps", "4", "--save", files.get(0), "--json"));
        assertEquals(whole, losses(train("--steps", "4", "--optimizer", "adam", "--clip", "5", "--json")));
        train(words, "--steps", "2", "--save", files.get(1));
        train(words, "--steps", "4", "--resume", files.get(1), "--save", files.get(2));
        assertEquals(-1, Files.mismatch(files.get(0), files.get(2)));
    }

    /** Of bf16, parameters have 8 bits, and the average has all and follows parameters before they are rounded: by a 256th of 0.002 at most in a step. */
    @ParameterizedTest
    @CsvSource({"f32, 1e-6", "bf16, 4e-5"})
    void theAverageIsThatOfTheFormula(String dtype, double rounding) {
        double decay = 0.998;
        var words = List.of("--dtype", dtype, "--average", decay, "--lr", "0.05", "--clip", "20");
        var file = folder.resolve("step0.safetensors");
        train(List.of("--dtype", dtype, "--average", decay, "--lr", "0"), "--steps", "1", "--save", file);
        var expected = new LinkedHashMap<String, double[]>();
        numbers(file).forEach((name, values) -> expected.put(name, values.clone()));
        double most = 0;
        for (int step = 1; step <= 4; step++) {
            var next = folder.resolve("step" + step + ".safetensors");
            // The step that moved nothing counts.
            train(words, "--steps", step + 1, "--resume", file, "--save", next);
            file = next;
            var now = numbers(file);
            for (var name : now.keySet().stream().filter(tensor -> !tensor.contains("/")).toList()) {
                double[] average = expected.get(name);
                double[] actual = now.get("optimizer/average/" + name);
                for (int i = 0; i < average.length; i++) {
                    double before = average[i];
                    average[i] = decay * before + (1 - decay) * now.get(name)[i];
                    most = Math.max(most, Math.abs(average[i] - before) / Math.abs(before));
                    assertEquals(average[i], actual[i], rounding * Math.max(Math.abs(average[i]), Math.abs(now.get(name)[i])) + 1e-9, name + " at " + i + " after step " + step);
                }
            }
        }
        assertTrue(most > 1e-3, "averages move by " + most);
    }

    private static Map<String, double[]> numbers(Path checkpoint) {
        var numbers = new LinkedHashMap<String, double[]>();
        try (var source = WeightFiles.open(checkpoint)) {
            source.names().stream().filter(name -> source.header(name).dtype().isFloating()).forEach(name -> numbers.put(name, source.tensor(name).toDoubles()));
        }
        return numbers;
    }

    /** With decay 0 an average is the parameter itself. */
    @Test
    void aModelRunsWithTheAverages() {
        var inputs = folder.resolve("inputs.npz");
        float[] x = new float[64 * 8];
        for (int i = 0; i < x.length; i++) {
            x[i] = i % 7 - 3;
        }
        NpzWriter.write(inputs, Map.of("x", TensorData.ofFloats(x, 64, 8)), Map.of());
        for (String decay : List.of("0", "0.5")) {
            var checkpoint = folder.resolve(decay + ".safetensors");
            train("--steps", "3", "--average", decay, "--save", checkpoint);
            var outputs = Stream.of("pleat", "pleat-average").map(names -> {
                var file = folder.resolve(names + decay + ".npz");
                var result = Pleat.run("run", model, "--weights", checkpoint, "--names", names, "--inputs", inputs, "--cache", folder.resolve("cache"), "-o", file);
                assertEquals(0, result.exitCode(), result.err());
                return numbers(file).values().stream().map(Arrays::toString).toList();
            }).toList();
            assertEquals(decay.equals("0"), outputs.getFirst().equals(outputs.getLast()), decay);
        }
    }

    @Test
    void theLossFalls() {
        for (String optimizer : List.of("sgd", "adam")) {
            var losses = losses(train("--steps", "12", "--optimizer", optimizer, "--lr", optimizer.equals("sgd") ? "0.02" : "0.01", "--clip", "5", "--json"));
            assertTrue(losses.getLast() < 0.8 * losses.getFirst(), optimizer + ": " + losses);
        }
    }

    /** Sums go in another order there, and nothing else is different. */
    @Test
    void theEmulatedGpuTrainsAsTheHostDoes() {
        for (String optimizer : List.of("sgd", "adam")) {
            var words = List.of("train", model, "--size", "n=7", "--set", "c=5", "--steps", "3", "--optimizer", optimizer, "--clip", "0.5", "--json");
            var onHost = losses(Pleat.run(words.toArray()));
            var onGpuWords = new ArrayList<Object>(words);
            onGpuWords.addAll(List.of("--on", "emulator", "--threads", "1", "--cache", folder.resolve("cache")));
            var onGpu = losses(Pleat.run(onGpuWords.toArray()));
            assertEquals(onHost.size(), onGpu.size());
            for (int step = 0; step < onHost.size(); step++) {
                assertEquals(onHost.get(step), onGpu.get(step), 1e-5 * onHost.get(step), optimizer + ", step " + step);
            }
        }
    }

    @Test
    void aCheckpointOfOneGoesOnOnTheOther() {
        var checkpoint = folder.resolve("gpu.safetensors");
        var words = List.of("--set", "c=5", "--optimizer", "adam", "--json");
        var first = new ArrayList<Object>(words);
        first.addAll(List.of("--steps", "2", "--on", "emulator", "--cache", folder.resolve("cache"), "--save", checkpoint));
        train(first.toArray());
        var rest = new ArrayList<Object>(words);
        rest.addAll(List.of("--steps", "3", "--resume", checkpoint));
        var whole = new ArrayList<Object>(words);
        whole.addAll(List.of("--steps", "3"));
        double expected = losses(train(whole.toArray())).getLast();
        assertEquals(expected, losses(train(rest.toArray())).getFirst(), 1e-5 * expected);
    }

    @Test
    void whatIsAllocatedIsWhatWasPlanned() {
        var result = json(train("--steps", "1", "--json"));
        assertEquals(result.get("planned_bytes"), result.get("allocated_bytes"));
        for (String dtype : List.of("f32", "bf16")) {
            long without = json(train("--steps", "1", "--dtype", dtype, "--json")).get("planned_bytes").longValue();
            var averaged = json(train("--steps", "1", "--dtype", dtype, "--average", "0.999", "--json"));
            assertEquals(averaged.get("planned_bytes"), averaged.get("allocated_bytes"));
            // Three blocks of two matrices and two vectors; 96 bytes of the shorter vectors take two lines.
            assertEquals(3 * (2 * 8 * 32 + 32) * 4 + 128, averaged.get("planned_bytes").longValue() - without, dtype);
        }
    }

    @Test
    void lossesDoNotDependOnTheMemoryBudget() {
        var generous = json(train("--steps", "3", "--keep", "all", "--json"));
        long budget = generous.get("planned_bytes").longValue() * 9 / 10;
        var tight = train("--steps", "3", "--memory", budget, "--json");
        assertTrue(json(tight).get("planned_bytes").longValue() <= budget, tight.out());
        assertTrue(Math.abs(losses(tight).getLast() - generous.get("losses").get(2).doubleValue()) < 1e-6, tight.out());
    }

    @Test
    void aCheckpointOfSomethingElseIsRefusedByName() {
        var checkpoint = folder.resolve("sgd.safetensors");
        train("--steps", "1", "--save", checkpoint);
        assertRefused(train("--steps", "2", "--optimizer", "adam", "--resume", checkpoint), "has `optimizer/velocity/blocks.{i}.up.weight`, which this training has not");
        assertRefused(train("--steps", "2", "--set", "no_blocks=2", "--resume", checkpoint), "`blocks.{i}.up.weight` of checkpoint", "[3, 32, 8]", "[2, 32, 8]");
        assertRefused(train("--steps", "2", "--seed", "7", "--resume", checkpoint), "--seed is 7, and checkpoint");
        assertRefused(train("--steps", "2", "--resume", folder.resolve("none.safetensors")), "none.safetensors");
        var averaged = folder.resolve("averaged.safetensors");
        train("--steps", "1", "--average", "0.9", "--save", averaged);
        assertRefused(train("--steps", "2", "--resume", averaged), "has `optimizer/average/blocks.{i}.up.weight`, which this training has not", "--average have to be");
        assertRefused(train("--steps", "2", "--average", "0.9", "--resume", checkpoint), "has no `optimizer/average/blocks.{i}.up.weight`", "--average have to be");
        for (String decay : List.of("1", "-0.1", "NaN", "most")) {
            assertRefused(train("--steps", "1", "--average", decay), "`" + decay + "` is no decay of an average, which is at least 0 and less than 1");
        }
        assertRefused(train("--steps", "0"), "at least one step is needed");
        assertRefused(train("--steps", "2", "--every", "1"), "there is no --save");
        assertRefused(train("--steps", "2", "--save", folder.resolve("none/sgd.safetensors")), "its folder does not exist");
    }

    @Test
    void aCheckpointWithAllStepsLeavesNothingToDo() {
        var checkpoint = folder.resolve("done.safetensors");
        train("--steps", "1", "--save", checkpoint);
        var result = train("--steps", "1", "--resume", checkpoint);
        assertEquals(0, result.exitCode(), result.err());
        assertTrue(result.out().contains("nothing is left to do: checkpoint `" + checkpoint + "` has 1 steps"), result.out());
    }

    private Pleat train(Object... words) {
        var all = new ArrayList<Object>(List.of("train", model, "--size", "n=64", "--threads", "2"));
        all.addAll(List.of(words));
        return Pleat.run(all.toArray());
    }

    private Pleat train(List<?> words, Object... more) {
        var result = train(Stream.concat(words.stream(), Stream.of(more)).toArray());
        assertEquals(0, result.exitCode(), result.err());
        return result;
    }

    private static void assertRefused(Pleat result, String... parts) {
        assertEquals(1, result.exitCode(), result.err());
        for (String part : parts) {
            assertTrue(result.err().contains(part), result.err());
        }
    }

    private static JsonNode json(Pleat result) {
        assertEquals(0, result.exitCode(), result.err());
        return JsonMapper.shared().readTree(result.out());
    }

    private static List<Double> losses(Pleat result) {
        var losses = new ArrayList<Double>();
        json(result).get("losses").forEach(loss -> losses.add(loss.doubleValue()));
        return losses;
    }
}
