package pleat.features.template;

import com.google.common.collect.ImmutableMap;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import org.rcsb.cif.CifIO;
import org.rcsb.cif.EmptyColumnException;
import org.rcsb.cif.ParsingException;
import org.rcsb.cif.model.Block;
import org.rcsb.cif.model.Category;
import pleat.features.FeatureCode;
import pleat.features.residue.ResidueTable;
import pleat.features.template.ChainBuilder.Atom;
import pleat.features.text.InputText;

/** A structure in mmCIF: {@code entity_poly_seq} has the sequences, {@code atom_site} the atoms and, in them, the chains. */
final class CifStructure {
    private static final String UNKNOWN_NUMBER = "it has `%s` in `%s`, row %d, which is no number";

    private final ResidueTable table;
    private final InputText text;

    CifStructure(ResidueTable table, InputText text) {
        this.table = table;
        this.text = text;
    }

    /** Rows of {@code atom_site} by what the chain of their atoms is called. */
    ImmutableMap<String, Chain> chains() {
        Block block = block();
        var atoms = block.getCategory("atom_site");
        if (!atoms.isDefined() || atoms.getRowCount() == 0) {
            throw text.refuse(FeatureCode.STRUCTURE, "`%s` has no atoms (`_atom_site`)", text.name());
        }
        var sequences = sequences(block);
        var rows = new LinkedHashMap<String, List<Integer>>();
        String model = word(atoms, "pdbx_PDB_model_num", 0);
        for (int row = 0; row < atoms.getRowCount(); row++) {
            if (word(atoms, "pdbx_PDB_model_num", row).equals(model) && !isAbsent(word(atoms, "label_seq_id", row))) {
                rows.computeIfAbsent(chainName(atoms, row), _ -> new ArrayList<>()).add(row);
            }
        }
        var chains = ImmutableMap.<String, Chain>builder();
        rows.forEach((name, of) -> {
            var sequence = sequences.getOrDefault(word(atoms, "label_entity_id", of.getFirst()), Map.of());
            var names = new TreeMap<>(sequence.isEmpty() ? seen(atoms, of) : sequence);
            if (names.values().stream().anyMatch(residue -> table.ofStructure(residue) != ResidueTable.UNKNOWN)) {
                chains.put(name, chain(atoms, name, of, names));
            }
        });
        return chains.buildOrThrow();
    }

    private Block block() {
        try {
            var file = CifIO.readFromInputStream(new ByteArrayInputStream(text.text().getBytes(StandardCharsets.ISO_8859_1)));
            return file.getBlocks().getFirst();
        } catch (ParsingException wrong) {
            throw text.refuse(FeatureCode.STRUCTURE, "`%s` is not mmCIF: %s", text.name(), wrong.getMessage());
        } catch (IOException | IndexOutOfBoundsException | IllegalStateException | IllegalArgumentException | NullPointerException
                | NoSuchElementException damaged) {
            // The library answers some damaged files with whatever its own arrays and maps throw.
            throw text.refuse(FeatureCode.STRUCTURE, "`%s` is not mmCIF, or is damaged", text.name());
        }
    }

    /** Names of residues by entity and number, which counts from 1; of alternatives at one place the first. */
    private Map<String, Map<Integer, String>> sequences(Block block) {
        var sequences = new LinkedHashMap<String, Map<Integer, String>>();
        var category = block.getCategory("entity_poly_seq");
        for (int row = 0; category.isDefined() && row < category.getRowCount(); row++) {
            sequences.computeIfAbsent(word(category, "entity_id", row), _ -> new TreeMap<>())
                    .putIfAbsent(whole(category, "num", row), word(category, "mon_id", row));
        }
        return sequences;
    }

    /** Files of predictions may lack the sequence: then it is what has atoms. */
    private Map<Integer, String> seen(Category atoms, List<Integer> rows) {
        var names = new TreeMap<Integer, String>();
        rows.forEach(row -> names.putIfAbsent(whole(atoms, "label_seq_id", row), word(atoms, "label_comp_id", row)));
        return names;
    }

    private Chain chain(Category atoms, String name, List<Integer> rows, TreeMap<Integer, String> names) {
        var builder = new ChainBuilder(table, name, List.copyOf(names.values()));
        var order = List.copyOf(names.keySet());
        for (int row : rows) {
            int residue = order.indexOf(whole(atoms, "label_seq_id", row));
            if (residue >= 0) {
                builder.put(residue, new Atom(word(atoms, "label_atom_id", row), occupancy(atoms, row), (float) number(atoms, "Cartn_x", row),
                        (float) number(atoms, "Cartn_y", row), (float) number(atoms, "Cartn_z", row)));
            }
        }
        return builder.build();
    }

    private double occupancy(Category atoms, int row) {
        return isAbsent(word(atoms, "occupancy", row)) ? 1 : number(atoms, "occupancy", row);
    }

    private String chainName(Category atoms, int row) {
        String author = word(atoms, "auth_asym_id", row);
        return isAbsent(author) ? word(atoms, "label_asym_id", row) : author;
    }

    private int whole(Category category, String column, int row) {
        try {
            return Integer.parseInt(word(category, column, row));
        } catch (NumberFormatException _) {
            throw text.refuse(FeatureCode.STRUCTURE, UNKNOWN_NUMBER, word(category, column, row), column, row + 1);
        }
    }

    private double number(Category category, String column, int row) {
        try {
            double number = Double.parseDouble(word(category, column, row));
            if (Double.isFinite(number)) {
                return number;
            }
        } catch (NumberFormatException _) {
            // The message is the same as for infinities.
        }
        throw text.refuse(FeatureCode.STRUCTURE, UNKNOWN_NUMBER, word(category, column, row), column, row + 1);
    }

    /** Empty for a column that the file does not have. */
    private String word(Category category, String column, int row) {
        try {
            return category.getColumn(column).isDefined() ? category.getColumn(column).getStringData(row) : "";
        } catch (EmptyColumnException _) {
            return "";
        } catch (IndexOutOfBoundsException _) { // the library counts rows by one of the columns
            throw text.refuse(FeatureCode.STRUCTURE, "`%s` ends early: row %d of `_%s` is not whole", text.name(), row + 1, category.getCategoryName());
        }
    }

    private static boolean isAbsent(String word) {
        return word.isEmpty() || word.equals("?") || word.equals(".");
    }
}
