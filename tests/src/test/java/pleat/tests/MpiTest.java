package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.cli.Main;
import pleat.runtime.device.MpiProbe;
import pleat.runtime.device.Probe;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Devices that are processes under Open MPI. Where there is none, nothing is tested, and that is said. */
final class MpiTest {
    /** For processes that share two busy cores; what hangs takes longer. */
    private static final int LONG_ENOUGH_SECONDS = 300;
    private static final int ENDED_WITHIN_SECONDS = 30;

    @TempDir
    Path folder;

    @BeforeEach
    void openMpiIsHere() {
        boolean isHere = MpiProbe.run() instanceof Probe.Found(String what) && what.startsWith("Open MPI")
                && Stream.of(System.getenv("PATH").split(":")).anyMatch(entry -> Files.isExecutable(Path.of(entry, "mpirun")));
        if (!isHere) {
            System.out.println("skipped: devices as processes, because Open MPI is not installed (`apt install openmpi-bin libopenmpi3`)");
        }
        assumeTrue(isHere);
    }

    /** What one process is started with. */
    private List<String> pleat(String... arguments) {
        var words = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), "pleat.cli.Main"));
        words.addAll(List.of(arguments));
        words.addAll(List.of("--cache", folder.resolve("cache").toString()));
        return words;
    }

    private Process start(Path output, List<String> processes) throws IOException {
        var words = new ArrayList<>(List.of("mpirun", "--oversubscribe", "--bind-to", "none"));
        words.addAll(processes);
        var builder = new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(output.toFile());
        // In a container everything is done by root, which mpirun refuses unless it is told twice.
        builder.environment().put("OMPI_ALLOW_RUN_AS_ROOT", "1");
        builder.environment().put("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
        return builder.start();
    }

    private static List<String> of(int count, List<String> process) {
        return Stream.concat(Stream.of("-np", Integer.toString(count)), process.stream()).toList();
    }

    private static void ends(Process process, Path output) throws Exception {
        boolean ended = process.waitFor(LONG_ENOUGH_SECONDS, TimeUnit.SECONDS);
        process.destroy();
        assertTrue(ended, "not ended: " + Files.readString(output));
    }

    @Test
    void processesComputeWhatOneDeviceDoes() throws Exception {
        for (int devices : new int[] {2, 4}) {
            var output = folder.resolve("verify" + devices);
            var plan = SavedPlans.rows(folder, devices, "").toString();
            var process = start(output, of(devices, pleat("verify-plan", plan, "--devices", Integer.toString(devices), "--mpi", "--threads", "1")));
            ends(process, output);
            String said = Files.readString(output);
            assertEquals(0, process.exitValue(), said);
            assertTrue(said.contains("on " + devices + " devices: equal to one device"), said);
        }
    }

    @Test
    void trainingThatIsKilledGoesOnWithTheSameBits() throws Exception {
        var output = folder.resolve("trained");
        var plan = SavedPlans.rows(folder, 2, "").toString();
        var checkpoint = folder.resolve("run.safetensors").toString();
        var process = start(output, of(2, pleat("train", plan, "--threads", "1", "--steps", "1000000", "--save", checkpoint, "--every", "2")));
        try {
            var second = second(process);
            for (int tries = 0; tries < LONG_ENOUGH_SECONDS && !Files.readString(output).contains("step     7 "); tries++) {
                Thread.sleep(1000);
            }
            second.destroyForcibly();
            boolean ended = process.waitFor(ENDED_WITHIN_SECONDS, TimeUnit.SECONDS);
            String said = Files.readString(output);
            assertTrue(ended, "not ended: " + said);
            assertFalse(process.exitValue() == 0, said);
            assertTrue(said.contains("device 1 is gone") || said.contains("process rank 1 "), said);
            assertTrue(said.contains("step     7 "), said);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        String last = Long.toString(Files.readString(output).lines().filter(line -> line.startsWith("step ")).count() + 4);
        var resumed = folder.resolve("resumed");
        var going = start(resumed, of(2, pleat("train", plan, "--threads", "1", "--steps", last, "--resume", checkpoint, "--json")));
        ends(going, resumed);
        // Not interrupted, in one process.
        var whole = new StringWriter();
        assertEquals(0, Main.commandLine().setOut(new PrintWriter(whole, true)).execute("train", plan, "--threads", "1", "--steps", last, "--json", "--cache",
                folder.resolve("cache").toString()));
        var losses = losses(whole.toString());
        var after = losses(Files.readString(resumed));
        assertTrue(after.size() < losses.size() - 5, after.size() + " steps of " + losses.size());
        assertEquals(losses.subList(losses.size() - after.size(), losses.size()), after);
    }

    private static List<Double> losses(String said) {
        // The JVM and mpirun may say something before it.
        return JsonMapper.shared().readTree(said.substring(said.indexOf('{'))).get("losses").valueStream().map(JsonNode::doubleValue).toList();
    }

    @Test
    void processesThatTrainOtherwiseRefuseToStart() throws Exception {
        var output = folder.resolve("otherwise");
        var plan = SavedPlans.rows(folder, 2, "").toString();
        var processes = new ArrayList<>(of(1, pleat("train", plan, "--threads", "1", "--steps", "1", "--lr", "0.1")));
        processes.add(":");
        processes.addAll(of(1, pleat("train", plan, "--threads", "1", "--steps", "1", "--lr", "0.2")));
        var process = start(output, processes);
        ends(process, output);
        String said = Files.readString(output);
        assertFalse(process.exitValue() == 0, said);
        assertTrue(said.contains(", sgd, rate 0.1, not clipped, not averaged, 1 steps`, and process 1 on `"), said);
    }

    @Test
    void processesWithDifferentPlansRefuseToStart() throws Exception {
        var output = folder.resolve("different");
        var first = SavedPlans.rows(folder, 2, "").toString();
        var second = folder.resolve("other.plan");
        Files.writeString(second, Files.readString(Path.of(first)).replace("set n = 11", "set n = 12").replace("11 by 1", "12 by 1"));
        var processes = new ArrayList<>(of(1, pleat("run", first, "--threads", "1")));
        processes.add(":");
        processes.addAll(of(1, pleat("run", second.toString(), "--threads", "1")));
        var process = start(output, processes);
        ends(process, output);
        String said = Files.readString(output);
        assertFalse(process.exitValue() == 0, said);
        assertTrue(said.matches("(?s).*processes have different plans: process 0 has `[0-9a-f]+`, and process 1 on `.*` has `[0-9a-f]+`.*"), said);
    }

    @Test
    void aPlanForAnotherNumberOfProcessesIsRefused() throws Exception {
        var output = folder.resolve("number");
        var process = start(output, of(2, pleat("run", SavedPlans.rows(folder, 3, "").toString())));
        ends(process, output);
        String said = Files.readString(output);
        assertEquals(1, process.exitValue(), said);
        assertEquals(2, said.split("the plan is for 3 devices, and Open MPI started 2 processes", -1).length, said);
    }

    /** All processes miss the file: one says so, and nobody's device has failed. */
    @Test
    void whatAUserDidWrongIsSaidOnce() throws Exception {
        var output = folder.resolve("missing");
        var process = start(output, of(2, pleat("run", SavedPlans.rows(folder, 2, "").toString(), "--threads", "1", "--inputs", folder.resolve("none.npz").toString())));
        ends(process, output);
        String said = Files.readString(output);
        assertEquals(1, process.exitValue(), said);
        assertEquals(2, said.split("none.npz` does not exist", -1).length, said);
    }

    @Test
    void aProcessThatIsKilledEndsTheOthersAndIsNamed() throws Exception {
        var output = folder.resolve("killed");
        var process = start(output, of(2, pleat("run", SavedPlans.rows(folder, 2, "").toString(), "--threads", "1", "--repeat", "10000000")));
        try {
            var second = second(process);
            // It is to be in the middle of its runs.
            Thread.sleep(8000);
            second.destroyForcibly();
            boolean ended = process.waitFor(ENDED_WITHIN_SECONDS, TimeUnit.SECONDS);
            String said = Files.readString(output);
            assertTrue(ended, "not ended: " + said);
            assertFalse(process.exitValue() == 0, said);
            assertTrue(said.contains("device 1 is gone") || said.contains("process rank 1 "), said);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /** The process of rank 1, once both are there. */
    private static ProcessHandle second(Process mpirun) throws Exception {
        for (int tries = 0; tries < LONG_ENOUGH_SECONDS; tries++) {
            for (var child : mpirun.children().toList()) {
                var environment = Path.of("/proc", Long.toString(child.pid()), "environ");
                if (Files.isReadable(environment) && Files.readString(environment, java.nio.charset.StandardCharsets.ISO_8859_1)
                        .contains("OMPI_COMM_WORLD_RANK=1\0")) {
                    return child;
                }
            }
            Thread.sleep(1000);
        }
        throw new IllegalStateException("mpirun has not started its second process");
    }
}
