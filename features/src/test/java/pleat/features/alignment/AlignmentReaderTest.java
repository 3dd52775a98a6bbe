package pleat.features.alignment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import pleat.features.Gzipped;
import pleat.features.alignment.Alignment.Row;
import pleat.features.text.InputText;

/** The same rows come out of every form that an alignment is written in. */
final class AlignmentReaderTest {
    private static final String A3M = ">q a query\nMKVLA\n>h\nM-aaVcLA\n>g\nbMKV--\n";

    @Test
    void lowerCaseLettersBecomeCounts() {
        check(read(A3M));
    }

    @Test
    void aQuerysGapsBecomeCounts() {
        check(read(">q\n-MK--V-LA\n>h\n-M-AAVCLA\n>g\nBMK--V---\n"));
    }

    @Test
    void stockholmHasBlocksAndMarks() {
        check(read("""
                # STOCKHOLM 1.0
                #=GS h DE a protein

                q  .MK..V
                h  .M-aaV
                g  bMK..V
                #=GC RF xxxxx

                q  -LA
                h  CLA
                g  ---
                //
                after the end
                """));
    }

    @Test
    void dotsFillUpInsertions() {
        check(read(">q\n.MK..V.LA\n>h\n.M-aaVcLA\n>g\nbMK..V.--\n"));
    }

    @Test
    void linesEndAsOnAnySystem() {
        check(read(A3M.replace("\n", "\r\n")));
        check(read(A3M.replace("\n", "\r")));
        check(read(A3M.strip()));
        check(read("\n" + A3M.replace("MKVLA\n", "MK\n\n  VLA  \n")));
    }

    @Test
    void archivesAreUnpackedAndMarksSkipped() throws IOException {
        check(AlignmentReader.read(InputText.of("x.a3m.gz", Gzipped.of(A3M))));
        byte[] marked = ("\u00ef\u00bb\u00bf" + A3M).getBytes(StandardCharsets.ISO_8859_1);
        check(AlignmentReader.read(InputText.of("x.a3m", marked)));
    }

    @Test
    void aCutKeepsWhatIsDeletedBeforeItsFirstResidue() {
        var cut = read(A3M).cut(2, 4);
        assertEquals(List.of("VL", "VL", "V-"), cut.rows().stream().map(Row::letters).toList());
        assertArrayEquals(new int[] {2, 1}, cut.rows().get(1).deletions());
    }

    @Test
    void aUnionHasEachSequenceOnceWhereItIsMetFirst() {
        var all = Alignment.union(List.of(read(A3M), read(">q\nMKVLA\n>other\nM-VLA\n>new\nMKVLC\n")));
        assertEquals(List.of("q", "h", "g", "new"), all.rows().stream().map(Row::name).toList());
        assertArrayEquals(new int[] {0, 0, 2, 1, 0}, all.rows().get(1).deletions());
    }

    @Test
    void aQueryIsOneSequence() {
        assertEquals("MKVLA", AlignmentReader.readQuery(new InputText("q", "# by hand\n>q\nmkV\nla\n")).letters());
    }

    private static Alignment read(String text) {
        return AlignmentReader.read(new InputText("test", text));
    }

    private static void check(Alignment alignment) {
        assertEquals(List.of("MKVLA", "M-VLA", "MKV--"), alignment.rows().stream().map(Row::letters).toList());
        assertEquals(List.of("q", "h", "g"), alignment.rows().stream().map(Row::name).toList());
        assertArrayEquals(new int[] {0, 0, 2, 1, 0}, alignment.rows().get(1).deletions());
        assertArrayEquals(new int[] {1, 0, 0, 0, 0}, alignment.rows().get(2).deletions());
    }
}
