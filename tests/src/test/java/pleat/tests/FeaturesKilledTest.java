package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import pleat.runtime.io.WeightFiles;

/** `pleat features` in a process of its own, killed while it works: what it leaves behind is whole or has no name. */
@Timeout(300)
final class FeaturesKilledTest {
    private static final int SAMPLES = 60;

    @TempDir
    private Path folder;

    @Test
    void aKilledRunLeavesNoBrokenEntry() throws IOException, InterruptedException {
        var list = Files.writeString(folder.resolve("samples.txt"), IntStream.rangeClosed(1, SAMPLES).mapToObj(s -> "s%d a3m=%s residues=1-%d\n"
                .formatted(s, Goldens.root().resolve("examples/6kwc/6kwc_97-160.a3m"), 64 - s % 60)).collect(Collectors.joining()));
        var process = start(list);
        while (entries().size() < 5 && process.isAlive()) {
            Thread.sleep(5);
        }
        process.destroyForcibly().waitFor();
        var before = entries();
        assertTrue(before.size() >= 5 && before.size() < SAMPLES, "killed after " + before.size());
        for (Path entry : before) {
            try (var source = WeightFiles.open(entry)) {
                source.names().forEach(source::tensor); // compares the checksums
            }
        }
        assertEquals(0, start(list).waitFor());
        assertEquals(SAMPLES, entries().size());
        assertTrue(entries().containsAll(before));
        assertEquals(SAMPLES, files("out").size());
        assertTrue(Files.readString(folder.resolve("log")).contains("%d made, %d from the cache".formatted(SAMPLES - before.size(), before.size())));
    }

    private Process start(Path list) throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(java, "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"),
                "pleat.cli.Main", "features", "--list", list.toString(), "-o", folder.resolve("out").toString(), "--clusters", "64", "--extra", "64",
                "--workers", "2", "--cache", folder.resolve("cache").toString())
                .redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile()).start();
    }

    private List<Path> entries() throws IOException {
        return files("cache/features");
    }

    private List<Path> files(String name) throws IOException {
        var at = folder.resolve(name);
        if (!Files.exists(at)) {
            return List.of();
        }
        try (var files = Files.list(at)) {
            return files.filter(file -> file.toString().endsWith(".npz")).sorted().toList();
        }
    }
}
