package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.cli.Main;
import pleat.runtime.device.CudaProbe;
import pleat.runtime.device.Probe;
import tools.jackson.databind.json.JsonMapper;

/** Folders for machines without Java have all that is promised, and their program builds with a C++ compiler alone. */
final class ExportTest {
    private static final List<String> MODEL = List.of("softmax-attention", "--size", "n=5,n_k=7");

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String command, String... more) {
        var cache = Stream.of("--cache", directory.resolve("cache").toString());
        var all = Stream.of(Stream.of(command), MODEL.stream(), cache, Stream.of(more)).flatMap(words -> words).toArray(String[]::new);
        return Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute(all);
    }

    @Test
    void aFolderHasCodeInputsResultsAndSums() throws IOException {
        Files.writeString(directory.resolve("k999.cubin"), "of an older bundle");
        Files.writeString(directory.resolve("kept.txt"), "of the user");
        assertEquals(0, run("export", "--expect", "emulator", "-o", directory.toString()), err::toString);
        var lines = Files.readAllLines(directory.resolve("manifest.txt"));
        assertEquals("pleat-cuda 3", lines.getFirst());
        assertTrue(lines.contains("target sm_80") && lines.contains("dtype f32"), lines::toString);
        for (String line : lines) {
            var words = List.of(line.split(" "));
            var file = switch (words.getFirst()) {
                case "text" -> Optional.of(words.get(1));
                case "expected" -> Optional.of(words.get(6));
                default -> Optional.<String>empty();
            };
            file.ifPresent(name -> assertTrue(Files.exists(directory.resolve(name)), line));
        }
        assertEquals("end", lines.getLast());
        assertTrue(Files.notExists(directory.resolve("k999.cubin")) && Files.exists(directory.resolve("kept.txt")));
        assertEquals(lines.stream().filter(line -> line.startsWith("kernel ")).count(), lines.stream().filter(line -> line.startsWith("work ")).count());
        long launches = lines.stream().filter(line -> line.startsWith("launch ")).count();
        assertTrue(launches > 0 && lines.stream().filter(line -> line.startsWith("sum ")).count() >= launches, lines::toString);
    }

    @Test
    void theProgramBuildsAndSaysWhatIsMissing() throws IOException, InterruptedException {
        assertEquals(0, run("export", "--expect", "none", "--arch", "sm_90", "-o", directory.toString()), err::toString);
        var compiler = Stream.of("c++", "g++", "clang++").filter(ExportTest::isThere).findFirst();
        if (compiler.isEmpty() || CudaProbe.run() instanceof Probe.Found) {
            System.out.println("skipped: " + (compiler.isEmpty() ? "no C++ compiler on this machine" : "this machine has a GPU, and bench/gpu/run.sh is the test"));
            return;
        }
        var program = directory.resolve("runner").toString();
        assertEquals("", said(0, compiler.get(), "-std=c++17", "-Wall", "-Wextra", "-Werror", "-o", program, directory.resolve("runner.cpp").toString(), "-ldl"));
        assertTrue(said(74, program, directory.toString()).startsWith("there is no NVIDIA driver on this machine: libcuda.so.1"));
    }

    private static boolean isThere(String program) {
        return Stream.of(System.getenv("PATH").split(":")).anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private static String said(int status, String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var text = new String(process.getInputStream().readAllBytes());
        assertEquals(status, process.waitFor(), text);
        return text;
    }

    @Test
    void anUnknownGpuIsRefusedWithThoseThatThereAre() {
        assertEquals(1, run("export", "--arch", "sm_35", "-o", directory.toString()));
        assertTrue(err.toString().contains("there is no code for `sm_35`") && err.toString().contains("sm_80, sm_89, sm_90"), err::toString);
    }

    @Test
    void aProfileCountsWhatKernelsDo() {
        assertEquals(0, run("profile", "--emulate", "--machine", "h100", "--json"), err::toString);
        var report = JsonMapper.shared().readTree(out.toString());
        assertEquals("h100", report.get("machine").stringValue());
        for (var kernel : report.get("kernels")) {
            assertTrue(kernel.get("warp_instructions").longValue() > 0 && kernel.get("sectors").longValue() > 0, kernel::toString);
            assertTrue(kernel.get("sectors_of_ideal").doubleValue() >= 1 && kernel.get("predicted_micros").doubleValue() > 0, kernel::toString);
        }
    }

    @Test
    void ofFirstBlocksTheRestIsInferred() throws IOException {
        var file = directory.resolve("counts.json");
        assertEquals(0, run("profile", "--emulate", "--first-blocks", "1", "--at-most", "9,99", "--report", file.toString()), err::toString);
        var report = JsonMapper.shared().readTree(Files.readString(file));
        long kernels = 0;
        for (var family : report.get("families")) {
            kernels += family.get("kernels").longValue();
            assertTrue(family.get("wavefronts_of_ideal").doubleValue() >= 1 && family.get("sectors_of_ideal").doubleValue() >= 1, family::toString);
            assertTrue(out.toString().contains(family.get("family").stringValue()), out::toString);
        }
        assertEquals(report.get("kernels").size(), kernels);
    }

    @Test
    void aFamilyAboveItsBoundIsNamed() {
        assertEquals(1, run("profile", "--emulate", "--first-blocks", "1", "--at-most", "0.5,0.5"));
        assertTrue(err.toString().contains("take 1.") && err.toString().contains("times the least sectors, of at most 0.50"), err::toString);
    }

    @Test
    void boundsThatNothingCanMissAndNoBlocksAreRefused() {
        for (String bounds : List.of("NaN,NaN", "Infinity,1", "1.05", "-1,2", "1,2,3")) {
            assertEquals(1, run("profile", "--emulate", "--at-most", bounds), bounds);
            assertTrue(err.toString().startsWith("--at-most takes two numbers above 0"), err::toString);
            err.getBuffer().setLength(0);
        }
        assertEquals(1, run("profile", "--emulate", "--first-blocks", "0"));
        assertTrue(err.toString().startsWith("--first-blocks is 0, and at least one block is needed"), err::toString);
    }

    @Test
    void aProfileWithoutADeviceSaysWhatThereIs() {
        assertEquals(1, run("profile"));
        assertTrue(err.toString().contains("--emulate"), err::toString);
    }
}
