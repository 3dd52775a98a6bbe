package pleat.features;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.features.alignment.AlignmentReader;
import pleat.features.draw.DrawsFile;
import pleat.features.residue.ResidueTable;
import pleat.features.sample.FeatureMaker;
import pleat.features.sample.FeatureSettings;
import pleat.features.sample.SampleList;
import pleat.features.sample.SampleRequest;
import pleat.features.template.TemplateRequest;
import pleat.features.text.InputText;
import pleat.features.text.ResidueRange;
import pleat.ir.diagnostic.UserException;

/** What is said of files that are wrong; every code has an example here. */
final class BadInputTest {
    private static final String GOOD = ">q\nMKV\n>h\nM-V\n";
    private static final String GLYCINE = "ATOM      1  N   GLY A   1       0.000   1.000   2.000  1.00  0.00           N\n";

    @TempDir
    private Path folder;

    /**
     * @param kind which reader gets the text
     * @param place the line and column behind the file's name; empty where the message is about the whole file
     */
    record Case(String code, String kind, String text, String place, String message) {
        @Override
        public String toString() {
            return code + " " + message;
        }
    }

    static List<Case> cases() {
        return List.of(
                new Case("D0001", "a3m", "", "1:1", "`FILE` has no sequence"),
                new Case("D0001", "a3m", "# STOCKHOLM 1.0\n//\n", "1:1", "`FILE` has no sequence"),
                new Case("D0001", "list", "# nothing\n", "1:1", "`FILE` names no sample"),
                new Case("D0002", "a3m", ">q\nMK1\n", "2:3", "`q` has `1`, which is no residue and no gap"),
                new Case("D0002", "a3m", ">q\nM V\n", "2:2", "`q` has a blank, which is no residue and no gap"),
                new Case("D0002", "a3m", ">q\nM\0V\n", "2:2", "`q` has a character with code 0, which is no residue and no gap"),
                new Case("D0002", "a3m", "# STOCKHOLM 1.0\nq MK\nh M*\n", "3:4", "`h` has `*`, which is no residue and no gap"),
                new Case("D0002", "fasta", ">q\nMK-V\n", "1:1", "the query has a gap, at residue 3"),
                new Case("D0003", "a3m", ">q some words\nMKV\n>h\nMK\n", "3:1", "`h` has 2 columns, and the first row, `q` in line 1, has 3"),
                new Case("D0003", "a3m", "# STOCKHOLM 1.0\nq MKV\nh MKVA\n//\n", "3:1", "`h` has 4 columns, and the first row, `q` in line 2, has 3"),
                new Case("D0004", "a3m", "MKV\n", "1:1", "a sequence begins with a line `>NAME`, and this one does not"),
                new Case("D0005", "a3m", ">q\nMKV\n>h\n\n", "3:1", "`h` has no sequence"),
                new Case("D0006", "a3m", "# STOCKHOLM 1.0\nq MK\nq MK\n", "3:1",
                        "`q` stands twice in one block, and in Stockholm the name says which row a piece belongs to"),
                new Case("D0006", "list", "a a3m=x\na a3m=y\n", "2:1", "two samples are named `a`"),
                new Case("D0007", "second", ">other\nMAV\n", "1:1",
                        "the first row of `FILE`, `other`, is not the query: it has 3 residues, the query 3, and they differ from residue 2 on"),
                new Case("D0008", "a3m", "# STOCKHOLM 1.0\nq MK\nh M-\n", "3:1", "the file ends here, without the `//` that ends an alignment"),
                new Case("D0008", "a3m", "# STOCKHOLM 1.0\nq MK AV\n", "2:1", "a line has a name and a piece of its row, and this has 3 words"),
                new Case("D0009", "gzip", "cut", "1:1", "`FILE` ends before its last block"),
                new Case("D0009", "gzip", "changed", "1:1", "`FILE` is damaged: Corrupt GZIP trailer"),
                new Case("D0010", "fasta", ">a\nMK\n>b\nMK\n", "3:1", "`FILE` has 2 sequences, and a query is one"),
                new Case("D0101", "template", "", "1:1", "`FILE` has no protein chain with atoms in it"),
                new Case("D0101", "template", "ATOM      1  N   GLY A   1\n", "1:1", "an atom of a PDB file takes 54 columns, and this line has 26"),
                new Case("D0101", "template", GLYCINE.replace("1.000 ", "1.0x0 "), "1:39", "columns 39 to 46 of an atom are a number, and these are not"),
                new Case("D0101", "template", "data_x\nloop_\n_atom_site.id\n", "1:1", "`FILE` has no atoms (`_atom_site`)"),
                new Case("D0102", "template:B", GLYCINE, "1:1", "`FILE` has no protein chain `B`; it has `A`"),
                new Case("D0102", "template", GLYCINE + GLYCINE.replace("GLY A", "GLY B"), "1:1",
                        "`FILE` has 2 protein chains, and none is named: write one of `A`, `B` behind the file and a colon"),
                new Case("D0103", "template", GLYCINE, "1:1", "`FILE` has next to no atoms over residues 1-3 of the query"),
                new Case("D0104", "template:A:1-2=1-2", GLYCINE, "1:1",
                        "residues 1-2 of the query cannot stand against 1-2 of chain `A`: the query has 3 residues, the chain 1"),
                new Case("D0201", "draws", "{\"cycles\": [{\"clusters\": [0]}]}", "1:1", "cycle 0 of `FILE` lacks `clusters`, `extra` or `tokens`"),
                new Case("D0201", "draws", "{}", "1:1", "`FILE` has no `cycles`"),
                new Case("D0201", "draws", "{\"cycles\": [{\"clusters\": [0], \"extra\": [], \"tokens\": [\"?\"]}]}", "1:1",
                        "row 0 of the tokens of cycle 0 has `?`, which is no residue"),
                new Case("D0202", "list", "a a3m=x\n! a3m=y\n", "2:1", "a line begins with the name of a sample, in letters, digits, dots and dashes"),
                new Case("D0202", "list", "a b=c\n", "1:1", "`b=c` is none of fasta=, a3m=, sto=, template=, residues= and first="),
                new Case("D0202", "list", "a residues=9-1 a3m=x\n", "1:1", "residues 9-1 are none: the first is 1, and the last is not before it"),
                new Case("D0203", "range", GOOD, "", "residues 2-4 of `q` are wanted, and it has 1-3"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void theMessageSaysWhatIsWrongAndWhere(Case one) throws IOException {
        var file = folder.resolve("input");
        Files.write(file, bytes(one));
        var refused = assertThrows(UserException.class, () -> read(one.kind(), file));
        var lines = refused.getMessage().lines().toList();
        assertEquals("error[" + one.code() + "]: " + one.message().replace("FILE", file.toString()), lines.getFirst());
        if (!one.place().isEmpty()) {
            assertEquals("--> " + file + ":" + one.place(), lines.get(1).strip());
        }
    }

    @Test
    void everyCodeHasAnExample() {
        var shown = cases().stream().map(Case::code).distinct().toList();
        assertEquals(Stream.of(FeatureCode.values()).map(FeatureCode::id).toList(), shown);
    }

    @Test
    void theRowIsShownUpToTheMark() {
        var row = "A".repeat(5000);
        var text = new InputText("long.a3m", ">q\n" + row + "\n>h\n" + row.substring(0, 3000) + "?" + row + "\n");
        var refused = assertThrows(UserException.class, () -> AlignmentReader.read(text));
        assertTrue(refused.getMessage().contains("long.a3m:4:3001"), refused::getMessage);
        assertTrue(refused.getMessage().length() < 7000, () -> refused.getMessage().length() + " characters");
    }

    private static byte[] bytes(Case one) throws IOException {
        if (!one.kind().equals("gzip")) {
            return one.text().getBytes(StandardCharsets.ISO_8859_1);
        }
        byte[] packed = Gzipped.of(GOOD);
        if (one.text().equals("cut")) {
            return Arrays.copyOf(packed, packed.length / 2);
        }
        packed[packed.length - 5] ^= 1;
        return packed;
    }

    private void read(String kind, Path file) throws IOException {
        var table = ResidueTable.load();
        var good = Files.writeString(folder.resolve("good.a3m"), GOOD);
        var request = switch (kind.split(":")[0]) {
            case "list" -> SampleList.read(file).getFirst();
            case "draws" -> throw new AssertionError(new DrawsFile(table).read(InputText.read(file)));
            case "fasta" -> sample(Optional.of(file), ImmutableList.of(), "", Optional.empty());
            case "second" -> sample(Optional.empty(), ImmutableList.of(good, file), "", Optional.empty());
            case "range" -> sample(Optional.empty(), ImmutableList.of(file), "", Optional.of(new ResidueRange(2, 4)));
            case "template" -> sample(Optional.empty(), ImmutableList.of(good), file + kind.substring("template".length()), Optional.empty());
            default -> sample(Optional.empty(), ImmutableList.of(file), "", Optional.empty());
        };
        new FeatureMaker(table, new FeatureSettings(1, 4, 4, OptionalInt.empty(), 0.15, 0), Optional.empty()).make(request);
    }

    private static SampleRequest sample(Optional<Path> query, ImmutableList<Path> alignments, String template, Optional<ResidueRange> range) {
        var templates = template.isEmpty() ? ImmutableList.<TemplateRequest>of() : ImmutableList.of(TemplateRequest.parse(template, Path.of("")));
        return new SampleRequest("q", query, alignments, templates, 1, range);
    }
}
