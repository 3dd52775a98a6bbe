package pleat.features.template;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pleat.features.FeatureCode;
import pleat.features.residue.ResidueTable;
import pleat.features.template.ChainBuilder.Atom;
import pleat.features.text.InputText;

/** A structure in PDB format: columns of fixed width. The sequence of a chain is that of its residues with atoms. */
final class PdbStructure {
    private final ResidueTable table;
    private final InputText text;
    private final Map<String, Map<String, Found>> chains = new LinkedHashMap<>();

    PdbStructure(ResidueTable table, InputText text) {
        this.table = table;
        this.text = text;
    }

    private record Found(String name, List<Atom> atoms) {}

    ImmutableMap<String, Chain> chains() {
        var lines = text.lines();
        for (int l = 0; l < lines.size() && !lines.get(l).startsWith("ENDMDL"); l++) {
            String line = lines.get(l);
            if (line.startsWith("ATOM  ") || line.startsWith("HETATM")) {
                atom(l + 1, line);
            }
        }
        var built = ImmutableMap.<String, Chain>builder();
        chains.forEach((name, residues) -> {
            var builder = new ChainBuilder(table, name, residues.values().stream().map(Found::name).toList());
            var found = List.copyOf(residues.values());
            for (int r = 0; r < found.size(); r++) {
                for (Atom atom : found.get(r).atoms()) {
                    builder.put(r, atom);
                }
            }
            built.put(name, builder.build());
        });
        return built.buildOrThrow();
    }

    private void atom(int number, String line) {
        if (line.length() < 54) {
            throw text.refuseAt(FeatureCode.STRUCTURE, number, 0, line.length(), "an atom of a PDB file takes 54 columns, and this line has %d",
                    line.length());
        }
        String residue = line.substring(17, 20).strip();
        if (table.ofStructure(residue) != ResidueTable.UNKNOWN || line.startsWith("ATOM") && residue.equals("UNK")) {
            double occupancy = line.length() < 60 || line.substring(54, 60).isBlank() ? 1 : value(number, line, 54, 60);
            var atom = new Atom(line.substring(12, 16).strip(), occupancy,
                    (float) value(number, line, 30, 38), (float) value(number, line, 38, 46), (float) value(number, line, 46, 54));
            String chain = line.substring(21, 22).isBlank() ? "A" : line.substring(21, 22);
            chains.computeIfAbsent(chain, _ -> new LinkedHashMap<>())
                    .computeIfAbsent(line.substring(22, 27), _ -> new Found(residue, new ArrayList<>())).atoms().add(atom);
        }
    }

    private double value(int number, String line, int from, int to) {
        try {
            double value = Double.parseDouble(line.substring(from, to).strip());
            if (Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException _) {
            // The message is the same as for infinities.
        }
        throw text.refuseAt(FeatureCode.STRUCTURE, number, from, to, "columns %d to %d of an atom are a number, and these are not", from + 1, to);
    }
}
