package pleat.runtime.bundle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pleat.ir.diagnostic.Source;
import pleat.ir.diagnostic.UserException;
import pleat.ir.text.PlanParser;
import pleat.ir.text.PlanPrinter;

class PlanBundleTest {
    private static final String PLAN = """
            plan @p arena 512 live 64 unshared 64 {
              buffer %x: f32[4] (0) input "x" at 0 bytes 16
              buffer %y: f32[4] (0) output "y" at 64 bytes 16
              launch @halve(%x, %y) @ halve.pleat:2:3
            }

            kernel @halve(%x: f32[4] (0), out %y: f32[4] (0))
                axes(grid i: 4 by 2) {
              %x[i] = load %x[i]
              %y[i] = %x[i] * 0.5
              store %y[i] = %y[i]
            }
            """;

    @TempDir
    Path folder;
    private PlanBundle made;
    private final List<String> notes = new ArrayList<>();

    @BeforeEach
    void make() throws IOException {
        Path code = Files.write(folder.resolve("made.so"), new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
        made = new PlanBundle(PlanParser.parse(new Source("p.ir", PLAN)).plan(), code, "{\"target\": \"here\"}\n");
    }

    private Path written() {
        var bundle = folder.resolve("a.plan");
        made.write(bundle);
        return bundle;
    }

    private static void assertRefused(Path bundle, String message) {
        assertEquals(message, assertThrows(UserException.class, () -> PlanBundle.open(bundle)).getMessage());
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        var read = PlanBundle.open(written());
        assertEquals(PLAN, PlanPrinter.print(read.plan()));
        assertEquals(made.notes(), read.notes());
        assertArrayEquals(Files.readAllBytes(made.sharedObject()), Files.readAllBytes(read.sharedObject()));
        assertEquals(List.of("a.plan", "made.so"), names());
    }

    @ParameterizedTest
    @ValueSource(strings = {"plan.ir", "kernels.so", "notes.json"})
    void everyByteOfEveryFileCounts(String file) throws IOException {
        var bundle = written();
        var bytes = Files.readAllBytes(bundle.resolve(file));
        var changed = bytes.clone();
        changed[bytes.length / 2] ^= 1;
        Files.write(bundle.resolve(file), changed);
        assertRefused(bundle, "bundle `" + bundle + "` is damaged: `" + file + "` is not what was written\n  = help: compile it again");
        Files.write(bundle.resolve(file), java.util.Arrays.copyOf(bytes, bytes.length - 1));
        assertRefused(bundle, "bundle `" + bundle + "` is damaged: `" + file + "` is not what was written\n  = help: compile it again");
        Files.delete(bundle.resolve(file));
        assertRefused(bundle, "bundle `" + bundle + "` is damaged: `" + file + "` is missing\n  = help: compile it again");
    }

    @Test
    void aManifestIsAllThereOrNotBelieved() throws IOException {
        var bundle = written();
        var manifest = bundle.resolve("manifest.json");
        String text = Files.readString(manifest);
        for (int length = 0; length < text.strip().length(); length++) {
            Files.writeString(manifest, text.substring(0, length));
            var refused = assertThrows(UserException.class, () -> PlanBundle.open(bundle));
            assertTrue(refused.getMessage().startsWith("bundle `" + bundle + "` is damaged: manifest.json "), refused.getMessage());
        }
        for (int at = 0; at < text.length(); at++) {
            Files.writeString(manifest, text.substring(0, at) + (char) (text.charAt(at) ^ 2) + text.substring(at + 1));
            if (!Character.isWhitespace(text.charAt(at))) {
                assertThrows(UserException.class, () -> PlanBundle.open(bundle));
            }
        }
    }

    @Test
    void anotherVersionIsNamed() throws IOException {
        var bundle = written();
        var manifest = bundle.resolve("manifest.json");
        Files.writeString(manifest, Files.readString(manifest).replace("pleat plan bundle 1", "pleat plan bundle 7"));
        assertRefused(bundle, "bundle `" + bundle + "` is of format `pleat plan bundle 7`, and this version of Pleat reads `pleat plan bundle 1`\n"
                + "  = help: compile it again");
    }

    @Test
    void whatIsNoBundleIsLeftAlone() throws IOException {
        assertRefused(folder.resolve("none"), "`" + folder.resolve("none") + "` is no plan bundle: there is no such folder");
        assertRefused(folder, "`" + folder + "` is no plan bundle: it has no manifest.json");
        assertThrows(UserException.class, () -> made.write(folder));
        assertEquals(List.of("made.so"), names());
    }

    @Test
    void aBundleReplacesABundleAndAFailureLeavesTheOldOne() throws IOException {
        var bundle = written();
        new PlanBundle(made.plan(), made.sharedObject(), "{}").write(bundle);
        assertEquals("{}", PlanBundle.open(bundle).notes());
        var failed = assertThrows(UserException.class, () -> new PlanBundle(made.plan(), folder.resolve("none.so"), "{\"a\": 1}").write(bundle));
        assertEquals("bundle `" + bundle + "` cannot be written: there is no `" + folder.resolve("none.so") + "`", failed.getMessage());
        assertEquals("bundle `/proc/a.plan` cannot be written: its folder takes no new file",
                assertThrows(UserException.class, () -> made.write(Path.of("/proc/a.plan"))).getMessage());
        assertEquals("{}", PlanBundle.open(bundle).notes());
        assertEquals(List.of("a.plan", "made.so"), names());
    }

    @Test
    void aCacheFindsWhatWasPutAndMakesDamagedEntriesAgain() throws IOException {
        var cache = new BundleCache(folder.resolve("cache"), Long.MAX_VALUE, notes::add);
        assertTrue(cache.find("k").isEmpty());
        cache.put("k", made);
        assertEquals(PLAN, PlanPrinter.print(cache.find("k").orElseThrow().plan()));
        Files.writeString(cache.entry("k").resolve("kernels.so"), "no code");
        assertTrue(cache.find("k").isEmpty());
        assertEquals(1, notes.size());
        assertTrue(notes.getFirst().contains("`kernels.so` is not what was written; compiling again"), notes.getFirst());
        assertFalse(Files.exists(cache.entry("k")));
        cache.put("k", made);
        Files.delete(cache.entry("k").resolve("plan.ir"));
        assertEquals(PLAN, PlanPrinter.print(cache.put("k", made).plan()));
    }

    @Test
    void manyWritersOfOneEntryAllGetIt() throws Exception {
        var cache = new BundleCache(folder.resolve("cache"), Long.MAX_VALUE, notes::add);
        Callable<String> writer = () -> cache.find("k").orElseGet(() -> cache.put("k", made)).notes();
        try (var pool = Executors.newFixedThreadPool(8)) {
            for (int round = 0; round < 20; round++) {
                for (Future<String> got : pool.invokeAll(java.util.Collections.nCopies(8, writer))) {
                    assertEquals(made.notes(), got.get());
                }
                Folders.remove(cache.entry("k"));
            }
        }
        assertEquals(List.of(), notes);
        try (var left = Files.list(folder.resolve("cache"))) {
            assertEquals(List.of(".lock"), left.map(file -> file.getFileName().toString()).toList());
        }
    }
}
