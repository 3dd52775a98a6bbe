package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pleat.cli.Main;
import pleat.runtime.io.WeightFiles;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Training on several devices of this process, or of one that is killed meanwhile. */
final class TrainedPlansTest {
    /** Sums are taken in another order, and a step follows the step before. */
    private static final double TOLERANCE = 1e-5;
    /** For a process that shares busy cores; what hangs takes longer. */
    private static final int LONG_ENOUGH_SECONDS = 300;

    @TempDir
    Path folder;

    private record Said(int status, String out, String err) {
        JsonNode json() {
            assertEquals(0, status, err);
            return JsonMapper.shared().readTree(out);
        }

        List<Double> losses() {
            return json().get("losses").valueStream().map(JsonNode::doubleValue).toList();
        }
    }

    private List<String> words(Object... arguments) {
        return Stream.concat(Stream.concat(Stream.of("train"), Stream.of(arguments).map(Object::toString)),
                Stream.of("--threads", "1", "--cache", folder.resolve("cache").toString())).toList();
    }

    private Said train(Object... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        var line = Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return new Said(line.execute(words(arguments).toArray(String[]::new)), out.toString(), err.toString());
    }

    /** As {@link SavedPlans#rows}, with weights split too: gathered where they are used, updated in parts. */
    private Path everything(int devices) throws IOException {
        var rows = SavedPlans.rows(folder, devices, "");
        var all = folder.resolve("everything-" + devices + ".plan");
        String text = Files.readString(rows).replace("%x: split(rows 0: 11 by 1)", """
                %x: split(rows 0: 11 by 1)
                    %layers.query.weight: split(rows 1: 8 by 1)
                    %layers.query.bias: split(rows 1: 8 by 1)""");
        return Files.writeString(all, text);
    }

    private static void assertNear(List<Double> expected, List<Double> actual) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.get(i), actual.get(i), TOLERANCE * Math.abs(expected.get(i)), "step " + i + ": " + expected + " and " + actual);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sgd", "adam"})
    void lossesAreThoseOfOneDeviceAndGoOnWithTheSameBits(String optimizer) throws IOException {
        var one = train(SavedPlans.model(folder) + ":Small", "--size", "n=11,c=8", "--steps", 6, "--optimizer", optimizer, "--clip", 0.5, "--json").losses();
        for (Path plan : List.of(SavedPlans.rows(folder, 3, ""), everything(3))) {
            var checkpoint = folder.resolve("run.safetensors");
            var whole = train(plan, "--devices", 3, "--steps", 6, "--optimizer", optimizer, "--clip", 0.5, "--json").losses();
            assertNear(one, whole);
            var part = new ArrayList<>(train(plan, "--steps", 3, "--optimizer", optimizer, "--clip", 0.5, "--save", checkpoint, "--json").losses());
            part.addAll(train(plan, "--steps", 6, "--optimizer", optimizer, "--clip", 0.5, "--resume", checkpoint, "--json").losses());
            assertEquals(whole, part);
            // On another number of devices.
            var two = train(SavedPlans.rows(folder, 2, ""), "--steps", 6, "--optimizer", optimizer, "--clip", 0.5, "--resume", checkpoint, "--json").losses();
            assertNear(one.subList(3, 6), two);
        }
    }

    /** A weight that is split has its average in the same parts; in a checkpoint it is whole. */
    @Test
    void averagesAreThoseOfOneDevice() throws IOException {
        var one = folder.resolve("one.safetensors");
        var three = folder.resolve("three.safetensors");
        var words = List.of("--steps", 3, "--average", 0.5, "--save");
        train(Stream.of(List.of(SavedPlans.model(folder) + ":Small", "--size", "n=11,c=8"), words, List.of(one, "--json")).flatMap(List::stream).toArray()).json();
        train(Stream.of(List.of(everything(3), "--devices", 3), words, List.of(three, "--json")).flatMap(List::stream).toArray()).json();
        try (var expected = WeightFiles.open(one); var actual = WeightFiles.open(three)) {
            assertEquals(expected.names(), actual.names());
            var averages = expected.names().stream().filter(name -> name.startsWith("optimizer/average/")).toList();
            assertTrue(averages.contains("optimizer/average/layers.{i}.query.weight"), averages::toString);
            for (String name : averages) {
                assertArrayEquals(expected.tensor(name).toDoubles(), actual.tensor(name).toDoubles(), TOLERANCE, name);
                assertFalse(Arrays.equals(expected.tensor(name).toFloats(), expected.tensor(name.replace("optimizer/average/", "")).toFloats()), name);
            }
        }
    }

    @Test
    void aPartOfAWeightHasAPartOfTheState() throws IOException {
        var whole = train(SavedPlans.rows(folder, 4, ""), "--steps", 1, "--optimizer", "adam", "--json").json();
        var parts = train(everything(4), "--steps", 1, "--optimizer", "adam", "--json").json();
        assertEquals(4, parts.get("devices").intValue());
        assertEquals(parts.get("planned_bytes"), parts.get("allocated_bytes"));
        // A weight, its gradient and two moments, of which a device has a quarter.
        assertTrue(parts.get("planned_bytes").longValue() < whole.get("planned_bytes").longValue(), parts + " and " + whole);
    }

    /** Found by the planner: each device has a part of the batch, and with {@code zero} a part of everything that belongs to weights. */
    @Test
    void weightsThatArePlannedToBeSpreadAre() throws IOException {
        var results = new ArrayList<JsonNode>();
        for (String name : List.of("dp", "zero")) {
            var plan = folder.resolve(name + ".plan");
            assertEquals(0, Main.commandLine().setOut(new PrintWriter(new StringWriter())).execute("plan", SavedPlans.model(folder) + ":Small", "--size", "n=3,c=32", "--batch", "4", "--train", "--machine",
                    "h100", "--devices", "2", "--plan", name, "-o", plan.toString()));
            results.add(train(plan, "--steps", 3, "--optimizer", "adam", "--clip", 1, "--json").json());
        }
        var losses = results.stream().map(result -> result.get("losses").valueStream().map(JsonNode::doubleValue).toList()).toList();
        assertNear(losses.get(0), losses.get(1));
        long whole = results.get(0).get("planned_bytes").longValue();
        long parts = results.get(1).get("planned_bytes").longValue();
        // Of 3 x 32 x 32 numbers, with their gradients and two moments, half.
        assertTrue(whole - parts > 20_000, whole + " bytes, spread " + parts);
    }

    @Test
    void aKilledRunGoesOnFromItsLastCheckpoint() throws Exception {
        var plan = SavedPlans.rows(folder, 2, "");
        var checkpoint = folder.resolve("killed.safetensors");
        var output = folder.resolve("killed.txt");
        var java = Stream.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-cp",
                System.getProperty("java.class.path"), "pleat.cli.Main");
        var process = new ProcessBuilder(Stream.concat(java, words(plan, "--devices", 2, "--steps", 1_000_000, "--save", checkpoint, "--every", 2).stream()).toList())
                .redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try {
            for (int tries = 0; tries < 10 * LONG_ENOUGH_SECONDS && process.isAlive() && !Files.readString(output).contains("step     7 "); tries++) {
                Thread.sleep(100);
            }
        } finally {
            process.destroyForcibly();
        }
        assertTrue(process.waitFor(LONG_ENOUGH_SECONDS, TimeUnit.SECONDS), "not ended");
        var said = Files.readString(output);
        assertTrue(said.contains("step     7 "), said);
        int last = (int) said.lines().filter(line -> line.startsWith("step ")).count() + 4;
        var resumed = train(plan, "--devices", 2, "--steps", last, "--resume", checkpoint, "--json");
        int first = resumed.json().get("first_step").intValue();
        assertTrue(first >= 6 && first % 2 == 0, "goes on after step " + first);
        assertEquals(train(plan, "--devices", 2, "--steps", last, "--json").losses().subList(first, last), resumed.losses());
    }

    @Test
    void whatIsNoTrainingIsRefused() throws IOException {
        var plan = SavedPlans.rows(folder, 2, "");
        var forward = folder.resolve("forward.plan");
        Files.writeString(forward, Files.readString(plan).replace("gradients *\n", ""));
        assertTrue(train(forward, "--steps", 1).err().contains("without gradients, and training takes them\n  = help: pleat plan "));
        assertEquals("--devices is 3, and the plan is for 2\n", train(plan, "--devices", 3, "--steps", 1).err());
        assertTrue(train(SavedPlans.model(folder) + ":Small", "--devices", 2, "--steps", 1).err().contains("is no saved plan, which alone is for several devices"));
        assertEquals("the plan says what is computed and how: --size, --memory do not apply\n",
                train(plan, "--size", "n=12", "--memory", "1GB", "--steps", 1).err());
    }
}
