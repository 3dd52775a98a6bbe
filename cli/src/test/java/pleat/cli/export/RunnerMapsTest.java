package pleat.cli.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program of a bundle gives launches their tensor maps, under a driver whose maps say what it was told. */
final class RunnerMapsTest {
    private static final String KERNEL = "kernel 0 4 384 0 1000 k0 main.00";
    private static final String MAP = "map 0 1 32 bf16 100 2 64 30 208 8 3 16 1";

    @TempDir
    private Path directory;

    @Test
    void mapsStandBeforeAddresses() throws IOException, InterruptedException {
        var runner = CompiledRunner.in(directory);
        if (runner.isEmpty()) {
            return;
        }
        runner.get().pretendDriver();
        Files.writeString(directory.resolve("k0.ptx"), "");
        Files.writeString(directory.resolve("results"), "");
        String told = "544 9 3 0 3 2 0 100 0 64 30 208 8 3 16 1 ";
        assertEquals(told + "0 512 3584 0", parameters(runner.get(), KERNEL, MAP, "launch 0 4512 0 512 3584 -1"));
        assertEquals(told + "256 7 1 0 3 2 0 90 0 32 0 0 0 0 0 0 256 512 3584 0",
                parameters(runner.get(), KERNEL, MAP, "map 0 0 0 f32 90 4 32", "launch 0 4512 256 512 3584 -1"));
        assertEquals("0 ".repeat(16) + "0 520 3584 0", parameters(runner.get(), KERNEL, MAP, "launch 0 4512 0 520 3584 -1"), "no map begins there");
        assertEquals("0 512 3584 0", parameters(runner.get(), KERNEL, "launch 0 4512 0 512 3584 -1"));
        var refused = run(runner.get(), Map.of("PRETEND_NO_MAPS", "1"), KERNEL, MAP, "launch 0 4512 0 512 3584 -1");
        assertEquals(74, refused.status());
        assertEquals("a tensor map of argument 1 of main.00 (an export with --arch sm_90a,bulk=off does without) gives error 1, PRETENDED", refused.text().strip());
        for (String wrong : List.of("map 0 4 32 bf16 100 2 64", "map 0 -1 32 bf16 100 2 64", "map 0 1 8 bf16 100 2 64", "map 0 1 4096 bf16 100 2 64",
                "map 0 1 32 i32 100 4 32", "map 0 1 32 bf16 100 2 32", "map 0 1 32 bf16 100 2 64 7 200 8", "map 0 1 32 bf16 100 2 64 7 208 257",
                "map 0 1 32 bf16 0 2 64", "map 0 1 32 bf16", "map 0 1 32 bf16 100 2", "map 1 1 32 bf16 100 2 64")) {
            var said = run(runner.get(), Map.of(), KERNEL, wrong, "launch 0 4512 0 512 3584 -1");
            assertEquals(74, said.status(), wrong);
            assertTrue(said.text().startsWith("the manifest "), said.text());
        }
    }

    private CompiledRunner.Said run(CompiledRunner runner, Map<String, String> more, String... lines) throws IOException, InterruptedException {
        Files.writeString(directory.resolve("manifest.txt"), "pleat-cuda 3\nmodel m\ntarget sm_90a\ndtype bf16\narena 4096\nflops 1000\ntext k0.ptx\n" + String.join("\n", lines)
                + "\nend\n");
        var environment = new LinkedHashMap<>(Map.of("LD_LIBRARY_PATH", directory.toString(), "PRETEND_RESULTS", directory.resolve("results").toString(),
                "PRETEND_PARAMETERS", directory.resolve("parameters").toString()));
        environment.putAll(more);
        return runner.run(environment, "--runs", "1");
    }

    /** What the latest launch was given, as 64-bit numbers; addresses are those in the arena. */
    private String parameters(CompiledRunner runner, String... lines) throws IOException, InterruptedException {
        var said = run(runner, Map.of(), lines);
        assertEquals(0, said.status(), said.text());
        return Files.readString(directory.resolve("parameters")).strip();
    }
}
