package pleat.runtime.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pleat.ir.diagnostic.UserException;

class HostMemoryTest {
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
            assertTrue(refused.getMessage().startsWith("the plan `p` needs 1152921504606846976 bytes of memory"), refused.getMessage());
        }
    }
}
