package pleat.cli.output;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import pleat.cli.output.Structure.Atom;
import pleat.cli.output.Structure.Residue;

/**
 * A structure as mmCIF: polymers with their sequences, atoms, and confidences twice, as B factors and in the items of the ModelCIF
 * dictionary by which viewers colour a model.
 */
final class MmCifText {
    private static final Map<String, String> LETTERS = Map.ofEntries(Map.entry("ALA", "A"), Map.entry("ARG", "R"), Map.entry("ASN", "N"),
            Map.entry("ASP", "D"), Map.entry("CYS", "C"), Map.entry("GLN", "Q"), Map.entry("GLU", "E"), Map.entry("GLY", "G"), Map.entry("HIS", "H"),
            Map.entry("ILE", "I"), Map.entry("LEU", "L"), Map.entry("LYS", "K"), Map.entry("MET", "M"), Map.entry("PHE", "F"), Map.entry("PRO", "P"),
            Map.entry("SER", "S"), Map.entry("THR", "T"), Map.entry("TRP", "W"), Map.entry("TYR", "Y"), Map.entry("VAL", "V"), Map.entry("UNK", "X"),
            Map.entry("A", "A"), Map.entry("C", "C"), Map.entry("G", "G"), Map.entry("U", "U"), Map.entry("N", "N"),
            Map.entry("DA", "A"), Map.entry("DC", "C"), Map.entry("DG", "G"), Map.entry("DT", "T"), Map.entry("DN", "N"));

    /** Longer values get lines of their own. */
    private static final int LONGEST = 80;

    private final Structure structure;
    private final StringBuilder text = new StringBuilder();
    /** The chains of each polymer: those with equal sequences are copies of one. */
    private final Map<List<String>, List<Integer>> entities = new LinkedHashMap<>();

    private MmCifText(Structure structure) {
        this.structure = structure;
        for (int chain : structure.chains()) {
            var sequence = structure.ofChain(chain).stream().map(Residue::name).toList();
            entities.computeIfAbsent(sequence, _ -> new ArrayList<>()).add(chain);
        }
    }

    /** @param name of the data block: letters, digits and underscores */
    static String of(Structure structure, String name) {
        return new MmCifText(structure).run(name);
    }

    private String run(String name) {
        text.append("data_").append(name).append("\n#\n_entry.id ").append(name).append("\n#\n");
        loop("entity", List.of("id", "type", "src_method", "pdbx_description"), entityRows());
        loop("entity_poly", List.of("entity_id", "type", "nstd_linkage", "nstd_monomer", "pdbx_seq_one_letter_code_can", "pdbx_strand_id"), polymerRows());
        loop("entity_poly_seq", List.of("entity_id", "num", "mon_id", "hetero"), sequenceRows());
        loop("struct_asym", List.of("id", "entity_id", "details"), chainRows());
        if (structure.hasConfidence()) {
            confidences();
        }
        loop("atom_site", List.of("group_PDB", "id", "type_symbol", "label_atom_id", "label_alt_id", "label_comp_id", "label_asym_id", "label_entity_id",
                "label_seq_id", "pdbx_PDB_ins_code", "Cartn_x", "Cartn_y", "Cartn_z", "occupancy", "B_iso_or_equiv", "auth_seq_id", "auth_comp_id",
                "auth_asym_id", "auth_atom_id", "pdbx_PDB_model_num"), atomRows());
        return text.toString();
    }

    private int entity(int chain) {
        int number = 1;
        for (var chains : entities.values()) {
            if (chains.contains(chain)) {
                return number;
            }
            number++;
        }
        throw new IllegalArgumentException("no chain " + chain);
    }

    private List<List<String>> entityRows() {
        return entities.values().stream().map(chains -> List.of(String.valueOf(entity(chains.getFirst())), "polymer", "man", ".")).toList();
    }

    private List<List<String>> polymerRows() {
        return entities.entrySet().stream().map(entry -> List.of(String.valueOf(entity(entry.getValue().getFirst())), type(entry.getKey()), "no", "no",
                String.join("", entry.getKey().stream().map(name -> LETTERS.getOrDefault(name, "X")).toList()),
                String.join(",", entry.getValue().stream().map(Structure::letters).toList()))).toList();
    }

    private static String type(List<String> sequence) {
        boolean isDna = sequence.stream().anyMatch(name -> name.length() == 2 && name.startsWith("D"));
        boolean isRna = sequence.stream().anyMatch(name -> name.length() == 1);
        return isDna && isRna ? "polydeoxyribonucleotide/polyribonucleotide hybrid" : isDna ? "polydeoxyribonucleotide"
                : isRna ? "polyribonucleotide" : "polypeptide(L)";
    }

    private List<List<String>> sequenceRows() {
        var rows = new ArrayList<List<String>>();
        entities.forEach((sequence, chains) -> {
            for (int i = 0; i < sequence.size(); i++) {
                rows.add(List.of(String.valueOf(entity(chains.getFirst())), String.valueOf(i + 1), sequence.get(i), "n"));
            }
        });
        return rows;
    }

    private List<List<String>> chainRows() {
        return structure.chains().stream().map(chain -> List.of(Structure.letters(chain), String.valueOf(entity(chain)), ".")).toList();
    }

    private void confidences() {
        text.append("loop_\n_ma_qa_metric.id\n_ma_qa_metric.mode\n_ma_qa_metric.name\n_ma_qa_metric.type\n_ma_qa_metric.software_group_id\n")
                .append("1 global pLDDT pLDDT .\n2 local pLDDT pLDDT .\n#\n");
        text.append("_ma_qa_metric_global.ordinal_id 1\n_ma_qa_metric_global.model_id 1\n_ma_qa_metric_global.metric_id 1\n_ma_qa_metric_global.metric_value ")
                .append(decimals(structure.meanConfidence(), 2)).append("\n#\n");
        var rows = new ArrayList<List<String>>();
        for (int chain : structure.chains()) {
            var residues = structure.ofChain(chain);
            for (int i = 0; i < residues.size(); i++) {
                rows.add(List.of(Structure.letters(chain), residues.get(i).name(), String.valueOf(i + 1), "2",
                        decimals(residues.get(i).confidence(), 2), "1", String.valueOf(rows.size() + 1)));
            }
        }
        loop("ma_qa_metric_local", List.of("label_asym_id", "label_comp_id", "label_seq_id", "metric_id", "metric_value", "model_id", "ordinal_id"), rows);
    }

    private List<List<String>> atomRows() {
        var rows = new ArrayList<List<String>>();
        for (int chain : structure.chains()) {
            var residues = structure.ofChain(chain);
            for (int i = 0; i < residues.size(); i++) {
                for (var atom : residues.get(i).atoms()) {
                    rows.add(atomRow(rows.size() + 1, residues.get(i), i + 1, atom));
                }
            }
        }
        return rows;
    }

    private List<String> atomRow(int id, Residue residue, int place, Atom atom) {
        String chain = Structure.letters(residue.chain());
        String number = String.valueOf(residue.number());
        var at = atom.at();
        return List.of("ATOM", String.valueOf(id), atom.element(), atom.name(), ".", residue.name(), chain, String.valueOf(entity(residue.chain())),
                String.valueOf(place), "?", decimals(at.x(), 3), decimals(at.y(), 3), decimals(at.z(), 3), "1.00", decimals(residue.confidence(), 2),
                number, residue.name(), chain, atom.name(), "1");
    }

    private static String decimals(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    /** Columns are aligned, so that people can read them as well. */
    private void loop(String category, List<String> items, List<List<String>> rows) {
        text.append("loop_\n");
        items.forEach(item -> text.append('_').append(category).append('.').append(item).append('\n'));
        var widths = new int[items.size()];
        var quoted = rows.stream().map(row -> row.stream().map(MmCifText::quoted).toList()).toList();
        quoted.forEach(row -> {
            for (int c = 0; c < widths.length; c++) {
                widths[c] = Math.max(widths[c], row.get(c).length() > LONGEST ? 0 : row.get(c).length());
            }
        });
        for (var row : quoted) {
            var line = new StringBuilder();
            for (int c = 0; c < widths.length; c++) {
                line.append(row.get(c).length() > LONGEST ? block(row.get(c)) : row.get(c) + " ".repeat(Math.max(0, widths[c] - row.get(c).length()) + 1));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        text.append("#\n");
    }

    /** A value over several lines. */
    private static String block(String value) {
        return "\n;" + value.replaceAll("(.{" + LONGEST + "})", "$1\n").stripTrailing() + "\n;\n";
    }

    /** A value that has blanks or begins like syntax stands in quotes; atoms of nucleotides have primes in their names. */
    private static String quoted(String value) {
        boolean isPlain = value.matches("[A-Za-z0-9.?+-][^\\s'\"]*") && !value.matches("(?i)(data_|loop_|save_|stop_|global_).*");
        if (isPlain) {
            return value;
        }
        return value.contains("'") ? "\"" + value + "\"" : "'" + value + "'";
    }
}
