package pleat.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostTargetTest {
    @Test
    void avx512NeedsItsShortVectorForms() {
        String flags = "processor : 0\nvendor_id : V\ncpu family : 6\nmodel : 85\n"
                + "flags : fpu sse avx2 fma avx512f %s\n\nprocessor : 1\n";
        HostTarget with = HostTarget.parse(flags.formatted("avx512vl"), "amd64", CacheSizes.CONSERVATIVE);
        assertEquals(64, with.vectorBytes());
        assertEquals(32, with.vectorRegisters());
        assertEquals("V-6-85", with.cpu());
        HostTarget without = HostTarget.parse(flags.formatted("ht"), "amd64", CacheSizes.CONSERVATIVE);
        assertEquals(32, without.vectorBytes());
        assertEquals(16, without.vectorRegisters());
        assertEquals(List.of("avx2", "avx512f", "fma", "fpu", "sse"), without.features());
    }

    @Test
    void armHasSixteenByteVectorsAndThirtyTwoRegisters() {
        HostTarget arm = HostTarget.parse("CPU implementer : 0x41\nFeatures : fp asimd sve\nCPU part : 0xd4f\n", "aarch64",
                CacheSizes.CONSERVATIVE);
        assertEquals(4, arm.lanes());
        assertEquals(32, arm.vectorRegisters());
        assertEquals("0x41-0xd4f", arm.cpu());
    }

    @Test
    void anUnknownArchitectureIsNamed() {
        var e = assertThrows(UnsupportedOperationException.class, () -> HostTarget.parse("", "s390x", CacheSizes.CONSERVATIVE));
        assertTrue(e.getMessage().contains("s390x"), e.getMessage());
    }

    @Test
    void thisHostIsDetectedTheSameTwice() {
        assertEquals(HostTarget.detect(), HostTarget.detect());
        assertTrue(HostTarget.detect().isThisHost());
    }

    @Test
    void cacheLevelsAreReadAndMissingOnesAssumed(@TempDir Path folder) throws IOException {
        level(folder, 0, "1", "Data", "48K");
        level(folder, 1, "1", "Instruction", "64K");
        level(folder, 2, "2", "Unified", "2M");
        assertEquals(new CacheSizes(48 << 10, 2 << 20, 2 << 20), CacheSizes.read(folder));
        assertEquals(CacheSizes.CONSERVATIVE.l1dBytes(), CacheSizes.read(folder.resolve("nowhere")).l1dBytes());
    }

    private static void level(Path folder, int index, String level, String type, String size) throws IOException {
        Path entry = Files.createDirectories(folder.resolve("index" + index));
        Files.writeString(entry.resolve("level"), level + "\n");
        Files.writeString(entry.resolve("type"), type + "\n");
        Files.writeString(entry.resolve("size"), size + "\n");
    }
}
