package pleat.features.template;

import com.google.common.collect.ImmutableMap;
import pleat.features.FeatureCode;
import pleat.features.residue.ResidueTable;
import pleat.features.text.InputText;

/** Reads the protein chains of a structure, by the names that its authors gave them; the text decides the format, not the file's name. */
public final class StructureReader {
    private final ResidueTable table;

    public StructureReader(ResidueTable table) {
        this.table = table;
    }

    /** All chains, in the order of the file, of its first model. */
    public ImmutableMap<String, Chain> read(InputText text) {
        boolean isCif = text.text().lines().map(String::strip).filter(line -> !line.isEmpty() && !line.startsWith("#")).findFirst()
                .map(line -> line.startsWith("data_")).orElse(false);
        var chains = isCif ? new CifStructure(table, text).chains() : new PdbStructure(table, text).chains();
        if (chains.isEmpty()) {
            throw text.refuse(FeatureCode.STRUCTURE, "`%s` has no protein chain with atoms in it", text.name());
        }
        return chains;
    }
}
