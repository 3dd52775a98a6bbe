package pleat.runtime.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static pleat.runtime.io.Fixtures.floats;
import static pleat.runtime.io.Fixtures.npy;
import static pleat.runtime.io.Fixtures.open;
import static pleat.runtime.io.Fixtures.refusal;
import static pleat.runtime.io.Fixtures.zip;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NpzTest {
    private static final byte[] SIX = floats(1, 2, 3, 4, 5, 6);
    private static final String META = "{\"Å\": \"𝛼\"}";

    static byte[] archive(int method) {
        var text = META.getBytes(Charset.forName("UTF-32LE"));
        var members = new LinkedHashMap<String, byte[]>();
        members.put("param/b//w.npy", npy("<f4", "(2, 3)", SIX));
        members.put("meta.npy", npy("<U" + (text.length / 4 + 2), "()", Arrays.copyOf(text, text.length + 8)));
        members.put("a.npy", npy("|i1", "()", new byte[] {-2}));
        return zip(method, members);
    }

    @ParameterizedTest
    @ValueSource(ints = {ZipEntry.STORED, ZipEntry.DEFLATED})
    void membersAreReadInTheirOrder(int method) {
        try (var source = open(archive(method))) {
            assertEquals(List.of("param/b//w", "a"), source.names());
            assertEquals("f32[2, 3]", source.header("param/b//w").toString());
            assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, source.tensor("param/b//w").toFloats());
            assertArrayEquals(new long[] {-2}, source.tensor("a").toLongs());
            assertEquals(List.of("meta"), source.textNames());
            assertEquals(META, source.text("meta"));
            assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, source.under("param/").tensor("b//w").toFloats());
        }
    }

    @Test
    void headersOfAllVersionsAndOfPython2() {
        for (int version = 1; version <= 3; version++) {
            try (var source = open(npy(version, "{\"shape\": (2L,3L), 'fortran_order': False, 'descr': '<f4'}", SIX))) {
                assertEquals("f32[2, 3]", source.header("arr_0").toString());
            }
        }
        assertEquals("file `x` has its array in npy version 4; versions 1 to 3 are read", refusal(npy(4, "{}", SIX)));
    }

    @Test
    void fortranOrderIsReordered() {
        try (var source = open(npy(1, "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", SIX))) {
            assertArrayEquals(new float[] {1, 3, 5, 2, 4, 6}, source.tensor("arr_0").toFloats());
        }
    }

    @Test
    void bigEndianIsSwapped() {
        try (var source = open(npy(">i2", "(2,)", new byte[] {1, 2, (byte) 0xFF, (byte) 0xFE}))) {
            assertArrayEquals(new long[] {258, -2}, source.tensor("arr_0").toLongs());
        }
    }

    @Test
    void arraysOfTextAreLists() {
        try (var source = open(npy("|S3", "(2,)", "ab\0xyz".getBytes(StandardCharsets.US_ASCII)))) {
            assertEquals(List.of("ab", "xyz"), source.texts("arr_0"));
        }
    }

    @Test
    void whatPleatHasNotIsNamed() {
        assertEquals("file `x` has Python objects in its array (dtype `|O`): reading them would execute code",
                refusal(npy("|O", "(2,)", SIX)));
        assertEquals("file `x` has its array of dtype `<c8`, which Pleat has not: f8 f4 f2 i8 i4 i2 i1 u1 b1 and text are read",
                refusal(npy("<c8", "(3,)", SIX)));
        assertEquals("file `x` has a structured array in its array; only arrays of one number type are read",
                refusal(npy(1, "{'descr': [('a', '<f4')], 'shape': ()}", SIX)));
    }

    @Test
    void sizesAreComparedWithTheFile() {
        assertEquals("file `x` ends early: its array needs bytes 68..96, and has 92", refusal(npy("<f4", "(7,)", SIX)));
        assertEquals("file `x` is damaged: its array has 4 bytes after its values", refusal(npy("<f4", "(5,)", SIX)));
        assertTrue(refusal(npy("<f4", "(461168601842738790, 40)", SIX)).contains("ends early"));
        assertTrue(refusal(npy("<U0", "(1000000000000,)", new byte[0])).contains("ends early"));
    }

    @Test
    void everyTruncationIsRefused() {
        for (int method : new int[] {ZipEntry.STORED, ZipEntry.DEFLATED}) {
            var file = archive(method);
            for (int length = 0; length < file.length; length++) {
                refusal(Arrays.copyOf(file, length));
            }
        }
        assertTrue(refusal(Arrays.copyOf(archive(0), 100)).startsWith("file `x` ends early: it starts as a zip archive"));
    }

    @Test
    void changedValuesAreSeenByTheChecksum() {
        var file = archive(ZipEntry.STORED);
        var at = new String(file, StandardCharsets.ISO_8859_1).indexOf(new String(SIX, StandardCharsets.ISO_8859_1));
        file[at] ^= 1;
        assertTrue(refusal(file).startsWith("file `x` is damaged: member `param/b//w.npy` has checksum "));
    }

    @Test
    void otherArchivesAreNoNpz() {
        assertEquals("file `x` is a zip archive, but neither of npy arrays nor a PyTorch checkpoint: "
                + "it has member `word/document.xml`", refusal(zip(ZipEntry.STORED, Map.of("word/document.xml", SIX))));
        assertEquals("file `x` is damaged: array `a` does not start as an npy array",
                refusal(zip(ZipEntry.STORED, Map.of("a.npy", SIX))));
    }
}
