package pleat.features.sample;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import pleat.features.FeatureCode;
import pleat.features.alignment.Alignment;
import pleat.features.alignment.Alignment.Row;
import pleat.features.alignment.AlignmentReader;
import pleat.features.residue.ResidueTable;
import pleat.features.template.SequenceAligner;
import pleat.features.template.Template;
import pleat.features.template.TemplateRequest;
import pleat.features.text.InputText;
import pleat.features.text.ResidueRange;
import pleat.ir.diagnostic.UserException;

/**
 * What was read of one sample, as numbers, and cut to the wanted residues.
 *
 * @param aatype residues of the query
 * @param firstIndex index of the first of them in the whole query, from 0
 * @param msa rows of residues and gaps, each once; the first is the query
 * @param deletions as many; how many residues were left out before each
 */
public record Sample(int[] aatype, int firstIndex, int[][] msa, int[][] deletions, ImmutableList<Template> templates) {

    public static Sample read(SampleRequest request, ResidueTable table) {
        var alignments = new ArrayList<Alignment>();
        request.query().map(InputText::read).map(AlignmentReader::readQuery)
                .ifPresent(row -> alignments.add(new Alignment(request.name(), ImmutableList.of(row))));
        for (Path file : request.alignments()) {
            var text = InputText.read(file);
            alignments.add(AlignmentReader.read(text));
            checkQuery(text, alignments);
        }
        String query = alignments.getFirst().query();
        var range = range(request, query.length());
        int from = range.first() - request.firstResidue();
        int to = from + range.length();
        var rows = Alignment.union(alignments.stream().map(alignment -> alignment.cut(from, to)).toList()).rows();
        var templates = templates(request, numbers(table, query), table).stream().map(template -> template.cut(from, to))
                .collect(ImmutableList.toImmutableList());
        for (int t = 0; t < templates.size(); t++) {
            checkAtoms(templates.get(t), request.templates().get(t), range);
        }
        return new Sample(numbers(table, query.substring(from, to)), range.first() - 1,
                rows.stream().map(row -> aligned(table, row)).toArray(int[][]::new), rows.stream().map(Row::deletions).toArray(int[][]::new), templates);
    }

    private static ResidueRange range(SampleRequest request, int residues) {
        var all = new ResidueRange(request.firstResidue(), request.firstResidue() + residues - 1);
        var range = request.range().orElse(all);
        if (range.first() < all.first() || range.last() > all.last()) {
            throw new UserException("error[%s]: residues %s of `%s` are wanted, and it has %s".formatted(FeatureCode.SETTING.id(), range, request.name(), all));
        }
        return range;
    }

    private static void checkQuery(InputText text, List<Alignment> alignments) {
        String query = alignments.getFirst().query();
        String own = alignments.getLast().query();
        if (!own.equals(query)) {
            int at = 0;
            while (at < Math.min(own.length(), query.length()) && own.charAt(at) == query.charAt(at)) {
                at++;
            }
            throw text.refuse(FeatureCode.NOT_THE_QUERY, "the first row of `%s`, `%s`, is not the query: it has %d residues, the query %d, and they differ from residue %d on",
                    text.name(), alignments.getLast().rows().getFirst().name(), own.length(), query.length(), at + 1);
        }
    }

    private static int[] numbers(ResidueTable table, String letters) {
        return letters.chars().map(letter -> table.exact((char) letter)).toArray();
    }

    private static int[] aligned(ResidueTable table, Row row) {
        return row.letters().chars().map(letter -> table.ofAlignment((char) letter)).toArray();
    }

    private static List<Template> templates(SampleRequest request, int[] query, ResidueTable table) {
        var aligner = SequenceAligner.load();
        return request.templates().stream().map(template -> Template.read(template, query, table, aligner)).toList();
    }

    private static void checkAtoms(Template template, TemplateRequest request, ResidueRange range) {
        if (!template.hasAtoms()) {
            throw new InputText(request.file().toString(), "").refuse(FeatureCode.NO_ATOMS, "`%s` has next to no atoms over residues %s of the query",
                    request.file(), range);
        }
    }
}
