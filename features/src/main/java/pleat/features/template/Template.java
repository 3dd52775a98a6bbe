package pleat.features.template;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.stream.Collectors;
import pleat.features.FeatureCode;
import pleat.features.residue.ResidueTable;
import pleat.features.template.TemplateRequest.Pair;
import pleat.features.text.InputText;

/**
 * A chain as it stands against the residues of the query.
 *
 * @param residues its residue at each of the query's, or a gap
 * @param places {@code [residues, 37, 3]}, zeros where there is no atom
 * @param mask {@code [residues, 37]}
 */
public record Template(int[] residues, float[] places, float[] mask) {
    /** Fewer atoms than alanine has are no template (as OpenFold's data pipeline decides). */
    private static final int FEWEST_ATOMS = 5;

    /** What stands in a slot that no template fills. */
    public static Template empty(int residues) {
        return new Template(new int[residues], new float[residues * ResidueTable.ATOMS_37 * 3], new float[residues * ResidueTable.ATOMS_37]);
    }

    /** @param query numbers of its residues, all of them */
    public static Template read(TemplateRequest request, int[] query, ResidueTable table, SequenceAligner aligner) {
        var text = InputText.read(request.file());
        var chains = new StructureReader(table).read(text);
        var chain = chain(text, request, chains);
        int[] partners = request.pairs().isEmpty() ? aligner.align(query, chain.residues()) : partners(text, request, query.length, chain);
        return of(chain, partners);
    }

    private static Chain chain(InputText text, TemplateRequest request, ImmutableMap<String, Chain> chains) {
        var wanted = request.chain().map(chains::get);
        String known = chains.keySet().stream().map(name -> "`" + name + "`").collect(Collectors.joining(", "));
        if (wanted.isPresent()) {
            return wanted.get();
        }
        if (request.chain().isPresent()) {
            throw text.refuse(FeatureCode.NO_CHAIN, "`%s` has no protein chain `%s`; it has %s", text.name(), request.chain().get(), known);
        }
        if (chains.size() > 1) {
            throw text.refuse(FeatureCode.NO_CHAIN, "`%s` has %d protein chains, and none is named: write one of %s behind the file and a colon",
                    text.name(), chains.size(), known);
        }
        return chains.values().iterator().next();
    }

    private static int[] partners(InputText text, TemplateRequest request, int residues, Chain chain) {
        var partners = new int[residues];
        Arrays.fill(partners, -1);
        for (Pair pair : request.pairs()) {
            if (pair.query().last() > residues || pair.template().last() > chain.residues().length) {
                throw text.refuse(FeatureCode.MAPPING, "residues %s of the query cannot stand against %s of chain `%s`: the query has %d residues, the chain %d",
                        pair.query(), pair.template(), chain.name(), residues, chain.residues().length);
            }
            for (int r = 0; r < pair.query().length(); r++) {
                partners[pair.query().first() - 1 + r] = pair.template().first() - 1 + r;
            }
        }
        return partners;
    }

    private static Template of(Chain chain, int[] partners) {
        var template = empty(partners.length);
        for (int r = 0; r < partners.length; r++) {
            int from = partners[r];
            template.residues[r] = from < 0 ? ResidueTable.GAP : chain.residues()[from];
            if (from >= 0) {
                int atoms = ResidueTable.ATOMS_37;
                System.arraycopy(chain.mask(), from * atoms, template.mask, r * atoms, atoms);
                System.arraycopy(chain.places(), from * atoms * 3, template.places, r * atoms * 3, atoms * 3);
            }
        }
        return template;
    }

    /** The part over the residues {@code from} until {@code to} of the query. */
    public Template cut(int from, int to) {
        int atoms = ResidueTable.ATOMS_37;
        return new Template(Arrays.copyOfRange(residues, from, to), Arrays.copyOfRange(places, from * atoms * 3, to * atoms * 3),
                Arrays.copyOfRange(mask, from * atoms, to * atoms));
    }

    /** Whether there is enough of it to be of use. */
    public boolean hasAtoms() {
        int atoms = 0;
        for (float one : mask) {
            atoms += (int) one;
        }
        return atoms >= FEWEST_ATOMS;
    }
}
