package pleat.runtime.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pleat.ir.diagnostic.UserException;

class HostMemoryTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 4095, 2 << 20, (2 << 20) + 1, (9 << 20) + 12345})
    void memoryIsZeroAlignedAndOfTheSizeThatWasAskedFor(long bytes) {
        try (var owner = Arena.ofConfined()) {
            var memory = HostMemory.allocate(bytes, "a test", owner);
            assertEquals(bytes, memory.byteSize());
            assertEquals(0, memory.address() % 4096);
            for (long b = 0; b < bytes; b += 1021) {
                assertEquals(0, memory.get(ValueLayout.JAVA_BYTE, b));
                memory.set(ValueLayout.JAVA_BYTE, b, (byte) 1);
            }
            if (bytes > 0) {
                memory.set(ValueLayout.JAVA_BYTE, bytes - 1, (byte) 1);
            }
            assertThrows(IndexOutOfBoundsException.class, () -> memory.get(ValueLayout.JAVA_BYTE, bytes));
        }
    }

    @Test
    void tooMuchIsRefusedInWords() {
        try (var owner = Arena.ofConfined()) {
            var refused = assertThrows(UserException.class, () -> HostMemory.allocate(1L << 60, "the plan `p`", owner));
            assertTrue(refused.getMessage().matches("the plan `p` needs 1152921504606846976 bytes of memory, and \\d+ are free"),
                    refused.getMessage());
        }
    }

    @Test
    void whatIsFreeIsWhatMachineAndContainerLeave() throws IOException {
        var meminfo = Files.writeString(folder.resolve("meminfo"), "MemTotal: 9000 kB\nMemAvailable:   4000 kB\nSwapFree: 100 kB\n");
        assertEquals(OptionalLong.of(4100 * 1024), FreeMemory.bytes(meminfo, folder));
        Files.writeString(folder.resolve("memory.max"), "max\n");
        Files.writeString(folder.resolve("memory.current"), "70000\n");
        assertEquals(OptionalLong.of(4100 * 1024), FreeMemory.bytes(meminfo, folder));
        Files.writeString(folder.resolve("memory.max"), "100000\n");
        assertEquals(OptionalLong.of(30000), FreeMemory.bytes(meminfo, folder));
        Files.writeString(folder.resolve("memory.stat"), "anon 3\ninactive_file 2000\n");
        assertEquals(OptionalLong.of(32000), FreeMemory.bytes(meminfo, folder));
        assertEquals(OptionalLong.empty(), FreeMemory.bytes(folder.resolve("none"), folder.resolve("none")));
    }
}
