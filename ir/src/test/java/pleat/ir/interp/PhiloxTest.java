package pleat.ir.interp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PhiloxTest {
    /** The vectors for philox4x32-10 in kat_vectors of the Random123 library. */
    @Test
    void knownAnswers() {
        assertArrayEquals(new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}, Philox.block(new int[4], 0, 0));
        assertArrayEquals(new int[] {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
                Philox.block(new int[] {-1, -1, -1, -1}, -1, -1));
        assertArrayEquals(new int[] {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
                Philox.block(new int[] {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0xa4093822, 0x299f31d0));
    }

    @Test
    void uniformNumbersFillTheIntervalAndDependOnEveryKey() {
        double mean = IntStream.range(0, 100_000).mapToDouble(i -> Philox.uniform(42, 7, i)).average().orElseThrow();
        assertEquals(0.5, mean, 0.005);
        assertEquals(Philox.block(new int[4], 0, 0)[0] >>> 8, Philox.uniform(0, 0, 0) * 0x1p24);
        assertNotEquals(Philox.uniform(1, 0, 0), Philox.uniform(1L << 32, 0, 0));
        assertNotEquals(Philox.uniform(0, 1, 0), Philox.uniform(0, 1L << 32, 0));
        assertNotEquals(Philox.uniform(0, 0, 1), Philox.uniform(0, 0, 1L << 32));
    }
}
