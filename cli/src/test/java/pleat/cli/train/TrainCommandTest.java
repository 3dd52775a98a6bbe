package pleat.cli.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.cli.Pleat;
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
