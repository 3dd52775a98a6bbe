package pleat.runtime.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static pleat.runtime.io.Fixtures.floats;
import static pleat.runtime.io.Fixtures.open;
import static pleat.runtime.io.Fixtures.refusal;
import static pleat.runtime.io.Fixtures.safetensors;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SafetensorsTest {
    private static final byte[] FOUR = floats(1, 2, 3, 4);

    static byte[] file() {
        return safetensors("""
                {"__metadata__": {"format": "pt"},
                 "b": {"dtype": "F32", "shape": [2], "data_offsets": [8, 16]},
                 "a": {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]}}\s\s""", FOUR);
    }

    private static String refusalOf(String tensors) {
        return refusal(safetensors("{" + tensors + "}", FOUR));
    }

    private static String tensor(String name, String dtype, String shape, String offsets) {
        return "\"%s\": {\"dtype\": \"%s\", \"shape\": %s, \"data_offsets\": %s}".formatted(name, dtype, shape, offsets);
    }

    @Test
    void tensorsAndMetadataAreRead() {
        try (var source = open(file())) {
            assertEquals(List.of("b", "a"), source.names());
            assertEquals("f32[2, 1]", source.header("a").toString());
            assertArrayEquals(new float[] {1, 2}, source.tensor("a").toFloats());
            assertArrayEquals(new float[] {3, 4}, source.tensor("b").toFloats());
            assertEquals("pt", source.text("format"));
        }
    }

    @Test
    void placesAreChecked() {
        assertEquals("file `x` is damaged: tensor `a` of f32[3] takes 12 bytes, and has bytes 0..16",
                refusalOf(tensor("a", "F32", "[3]", "[0, 16]")));
        assertEquals("file `x` is damaged: tensor `b` starts at byte 4, where the one before ends at 8",
                refusalOf(tensor("a", "F32", "[2]", "[0, 8]") + "," + tensor("b", "F32", "[3]", "[4, 16]")));
        assertEquals("file `x` is damaged: tensor `b` starts at byte 12, where the one before ends at 8",
                refusalOf(tensor("a", "F32", "[2]", "[0, 8]") + "," + tensor("b", "F32", "[1]", "[12, 16]")));
        assertEquals("file `x` is damaged: 8 bytes follow its last tensor", refusalOf(tensor("a", "F32", "[2]", "[0, 8]")));
        assertEquals("file `x` ends early: tensor `a` needs bytes 70..90, the file has 86",
                refusalOf(tensor("a", "F32", "[5]", "[0, 20]")));
        assertTrue(refusalOf(tensor("a", "F32", "[4611686018427387904, 4]", "[0, 16]")).contains("4611686018427387904"));
    }

    @Test
    void namesAndTypesAreChecked() {
        var twice = tensor("a", "F32", "[2]", "[0, 8]") + "," + tensor("a", "F32", "[2]", "[8, 16]");
        assertTrue(refusalOf(twice).contains("Duplicate"));
        assertEquals("file `x` has tensor `a` of dtype `F8_E4M3`, which Pleat has not: "
                + "F64 F32 F16 BF16 I64 I32 I16 I8 U8 BOOL are read", refusalOf(tensor("a", "F8_E4M3", "[16]", "[0, 16]")));
        assertEquals("file `x` is damaged: tensor `a` needs `dtype`, `shape` and two `data_offsets`",
                refusalOf("\"a\": {\"dtype\": \"F32\", \"shape\": [4]}"));
        assertEquals("file `x` is damaged: tensor `a` has the extent or offset -4",
                refusalOf(tensor("a", "F32", "[-4]", "[0, 16]")));
    }

    @Test
    void everyTruncationIsRefused() {
        for (int length = 0; length < file().length; length++) {
            refusal(Arrays.copyOf(file(), length));
        }
        assertTrue(refusal(Arrays.copyOf(file(), 60)).startsWith("file `x` ends early: its header needs bytes 8..1"));
    }
}
