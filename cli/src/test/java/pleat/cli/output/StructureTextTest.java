package pleat.cli.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.rcsb.cif.CifIO;
import org.rcsb.cif.model.Category;
import pleat.cli.output.Structure.Atom;
import pleat.cli.output.Structure.Point;
import pleat.cli.output.Structure.Residue;
import pleat.ir.diagnostic.UserException;

/** Structures as files, read back by other means than those that wrote them: ciftools, and the columns of the PDB format. */
final class StructureTextTest {
    private static final int[] TWO_CHAINS = {0, 0, 0, 1, 1, 1, 1};
    /** MET GLY TRP, and the same again with padding behind it. */
    private static final int[] TYPES = {12, 7, 17, 12, 7, 17, -1};

    /** One atom as a file says it is, its place in thousandths of an angstrom. */
    private record Seen(String chain, int number, String residue, String atom, String element, List<Long> at, double confidence) {}

    private static List<Seen> expected(Structure structure) {
        var all = new ArrayList<Seen>();
        for (var residue : structure.residues()) {
            residue.atoms().forEach(atom -> all.add(new Seen(Structure.letters(residue.chain()), residue.number(), residue.name(), atom.name(),
                    atom.element(), thousandths(atom.at().x(), atom.at().y(), atom.at().z()), residue.confidence())));
        }
        return all;
    }

    private static List<Long> thousandths(double... at) {
        return IntStream.range(0, 3).mapToObj(i -> Math.round(at[i] * 1000)).toList();
    }

    private static Category category(String text, String name) {
        try {
            return CifIO.readFromInputStream(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8))).getBlocks().getFirst().getCategory(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String word(Category category, String column, int row) {
        return category.getColumn(column).getStringData(row);
    }

    private static List<String> column(String text, String category, String column) {
        var found = category(text, category);
        return IntStream.range(0, found.getRowCount()).mapToObj(row -> word(found, column, row)).toList();
    }

    private static List<Seen> readCif(String text) {
        var atoms = category(text, "atom_site");
        return IntStream.range(0, atoms.getRowCount()).mapToObj(row -> new Seen(word(atoms, "auth_asym_id", row),
                Integer.parseInt(word(atoms, "auth_seq_id", row)), word(atoms, "label_comp_id", row), word(atoms, "label_atom_id", row),
                word(atoms, "type_symbol", row), thousandths(Double.parseDouble(word(atoms, "Cartn_x", row)), Double.parseDouble(word(atoms, "Cartn_y", row)),
                        Double.parseDouble(word(atoms, "Cartn_z", row))), Double.parseDouble(word(atoms, "B_iso_or_equiv", row)))).toList();
    }

    private static List<Seen> readPdb(String text) {
        return text.lines().filter(line -> line.startsWith("ATOM  ")).map(line -> new Seen(line.substring(21, 22),
                Integer.parseInt(line.substring(22, 26).strip()), line.substring(17, 20).strip(), line.substring(12, 16).strip(), line.substring(76, 78).strip(),
                thousandths(Double.parseDouble(line.substring(30, 38)), Double.parseDouble(line.substring(38, 46)), Double.parseDouble(line.substring(46, 54))),
                Double.parseDouble(line.substring(60, 66)))).toList();
    }

    @Test
    void theLastTurnGivesNamesNumbersChainsAndConfidences() {
        var structure = Peptides.structure(TWO_CHAINS, TYPES);
        assertEquals(List.of("MET 19", "GLY 20", "TRP 26", "MET 27", "GLY 28", "TRP 29"),
                structure.residues().stream().map(residue -> residue.name() + " " + residue.number()).toList());
        assertEquals(List.of(0, 0, 0, 1, 1, 1), structure.residues().stream().map(Residue::chain).toList());
        assertEquals(List.of("N", "CA", "C", "CB", "O"), structure.residues().getFirst().atoms().stream().map(Atom::name).toList());
        assertEquals(4, structure.residues().get(1).atoms().size(), "glycine has no CB");
        assertEquals(99.5, structure.residues().getFirst().confidence(), 1e-4);
    }

    @Test
    void mmCifSaysTheSameToAnotherReader() {
        var structure = Peptides.structure(TWO_CHAINS, TYPES);
        var text = MmCifText.of(structure, "AlphaFold");
        assertEquals(expected(structure), readCif(text));
        assertEquals(List.of("1", "2", "3", "1", "2", "3"), column(text, "ma_qa_metric_local", "label_seq_id"));
        assertEquals(List.of("99.50", "87.25", "75.00", "62.75", "50.50", "38.25"), column(text, "ma_qa_metric_local", "metric_value"));
        assertEquals(List.of("68.88"), column(text, "ma_qa_metric_global", "metric_value"));
        assertEquals(List.of("MGW"), column(text, "entity_poly", "pdbx_seq_one_letter_code_can"), "two chains, one sequence");
        assertEquals(List.of("A,B"), column(text, "entity_poly", "pdbx_strand_id"));
        assertEquals(List.of("A", "B"), column(text, "struct_asym", "id"));
        assertEquals(IntStream.rangeClosed(1, 28).mapToObj(String::valueOf).toList(), column(text, "atom_site", "id"));
    }

    @Test
    void pdbHasTheSameInItsColumns() {
        var structure = Peptides.structure(TWO_CHAINS, TYPES);
        var text = PdbText.of(structure);
        assertEquals(expected(structure), readPdb(text));
        assertTrue(text.lines().allMatch(line -> line.length() == 80));
        assertTrue(text.contains("ATOM      2  CA  MET A  19      -2.100  -2.800  -3.500  1.00 99.50           C  \n"), text);
        assertTrue(text.contains("TER      15      TRP A  26 "), text);
        assertTrue(text.endsWith("END" + " ".repeat(77) + "\n"), text);
        assertEquals(List.of("TER   ", "TER   ", "END   "), text.lines().map(line -> line.substring(0, 6)).filter(kind -> !kind.equals("ATOM  ") && !kind.startsWith("REMARK")).toList());
    }

    @Test
    void aSequenceOfManyResiduesStandsOnLinesOfItsOwn() {
        var types = IntStream.range(0, 200).map(i -> i % 20).toArray();
        var text = MmCifText.of(Peptides.structure(new int[200], types), "AlphaFold");
        assertEquals("ARNDCQEGHILKMFPSTWYV".repeat(10), column(text, "entity_poly", "pdbx_seq_one_letter_code_can").getFirst().replace("\n", ""));
        assertTrue(text.lines().allMatch(line -> line.length() < 200));
    }

    private static Structure one(Residue residue) {
        return new Structure(ImmutableList.of(residue), false);
    }

    private static Residue nucleotide(int number, double x) {
        return new Residue(0, number, "DA", 0, ImmutableList.of(new Atom("O5'", "O", new Point(x, 0, 0)), new Atom("H5''", "H", new Point(1, 2, 3)),
                new Atom("SE", "Se", new Point(1, 2, 3))));
    }

    @Test
    void namesWithPrimesAreQuotedAndElementsOfTwoLettersBeginAColumnEarlier() {
        var text = MmCifText.of(one(nucleotide(1, 0)), "dna");
        assertEquals(List.of("O5'", "H5''", "SE"), column(text, "atom_site", "label_atom_id"));
        assertEquals(List.of("polydeoxyribonucleotide"), column(text, "entity_poly", "type"));
        assertFalse(text.contains("ma_qa"), "the model says no confidence");
        var pdb = PdbText.of(one(nucleotide(1, 0))).lines().toList();
        assertEquals(List.of(" O5'  DA", "H5''  DA", "SE    DA"), pdb.subList(1, 4).stream().map(line -> line.substring(12, 20)).toList());
        assertEquals("SE", pdb.get(3).substring(76, 78));
    }

    @Test
    void whatThePdbColumnsDoNotHoldIsRefusedAndMmCifHoldsIt() {
        assertRefused("has a residue 10000, and a PDB file has four columns", one(nucleotide(10_000, 0)));
        assertRefused("is at (10000.000, 0.000, 0.000)", one(nucleotide(1, 10_000)));
        var many = IntStream.range(0, 9_500).mapToObj(i -> new Residue(i / 9000, i % 9000, "DA", 0, ImmutableList.copyOf(
                Collections.nCopies(11, new Atom("P", "P", new Point(0, 0, 0)))))).collect(ImmutableList.toImmutableList());
        assertRefused("has 104500 atoms, and a PDB file counts up to 99999", new Structure(many, false));
        assertEquals(104_500, readCif(MmCifText.of(new Structure(many, false), "many")).size());
        var chains = IntStream.range(0, 63).mapToObj(i -> new Residue(i, 1, "ALA", 0, ImmutableList.of(new Atom("CA", "C", new Point(0, 0, 0)))))
                .collect(ImmutableList.toImmutableList());
        assertRefused("has 63 chains, and a PDB file has up to 62", new Structure(chains, false));
        assertEquals("BK", readCif(MmCifText.of(new Structure(chains, false), "chains")).getLast().chain());
    }

    private static void assertRefused(String message, Structure structure) {
        var refused = assertThrows(UserException.class, () -> PdbText.of(structure)).getMessage();
        assertTrue(refused.contains(message) && refused.contains("= help: write it as mmCIF"), refused);
    }
}
