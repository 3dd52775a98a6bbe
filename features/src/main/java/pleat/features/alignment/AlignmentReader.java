package pleat.features.alignment;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import pleat.features.FeatureCode;
import pleat.features.alignment.Alignment.Row;
import pleat.features.text.InputText;
import pleat.ir.diagnostic.DiagnosticsException;

/** Reads sequences and alignments; the text decides the format, and not the file's name. */
public final class AlignmentReader {
    /** A sequence as it was read, and where it begins: messages point there. */
    record Entry(String name, int line, StringBuilder letters) {}

    private AlignmentReader() {}

    /** The one sequence of a FASTA file. */
    public static Row readQuery(InputText text) {
        var entries = FastaText.entries(text);
        if (entries.size() > 1) {
            var second = entries.get(1);
            throw new DiagnosticsException(text.at(FeatureCode.SEVERAL_QUERIES, second.line(), 0, Integer.MAX_VALUE,
                    "`%s` has %d sequences, and a query is one", text.name(), entries.size()).help("for several samples, name a file for each in a list"));
        }
        String letters = entries.getFirst().letters().toString().toUpperCase(Locale.ROOT);
        int gap = letters.indexOf('-');
        if (gap >= 0) {
            throw text.refuseAt(FeatureCode.NOT_A_LETTER, entries.getFirst().line(), 0, Integer.MAX_VALUE,
                    "the query has a gap, at residue %d", gap + 1);
        }
        return new Row(entries.getFirst().name(), letters, new int[letters.length()]);
    }

    /** A3M, aligned FASTA, or Stockholm. */
    public static Alignment read(InputText text) {
        return text.text().stripLeading().startsWith("# STOCKHOLM") ? stockholm(text) : a3m(text);
    }

    /** In A3M, a lower-case letter has no column, and dots only fill up the columns of other rows' lower-case letters. */
    private static Alignment a3m(InputText text) {
        var rows = new ArrayList<Row>();
        var entries = FastaText.entries(text);
        for (Entry entry : entries) {
            rows.add(withoutLowerCase(entry));
            checkWidth(text, entries.getFirst(), rows.getFirst(), entry, rows.getLast());
        }
        return new Alignment(text.name(), withoutQueryGaps(rows));
    }

    private static Row withoutLowerCase(Entry entry) {
        var letters = new StringBuilder();
        var deletions = new int[entry.letters().length()];
        int deleted = 0;
        for (int i = 0; i < entry.letters().length(); i++) {
            char letter = entry.letters().charAt(i);
            if (Character.isLowerCase(letter)) {
                deleted++;
            } else if (letter != '.') {
                deletions[letters.length()] = deleted;
                letters.append(letter);
                deleted = 0;
            }
        }
        return new Row(entry.name(), letters.toString(), Arrays.copyOf(deletions, letters.length()));
    }

    private static Alignment stockholm(InputText text) {
        var entries = StockholmText.entries(text);
        var rows = new ArrayList<Row>();
        for (Entry entry : entries) {
            String letters = entry.letters().toString().replace('.', '-').toUpperCase(Locale.ROOT);
            rows.add(new Row(entry.name(), letters, new int[letters.length()]));
            checkWidth(text, entries.getFirst(), rows.getFirst(), entry, rows.getLast());
        }
        return new Alignment(text.name(), withoutQueryGaps(rows));
    }

    private static void checkWidth(InputText text, Entry firstEntry, Row first, Entry entry, Row row) {
        int columns = first.letters().length();
        if (row.letters().length() != columns) {
            throw text.refuseAt(FeatureCode.UNEQUAL_ROWS, entry.line(), 0, Integer.MAX_VALUE,
                    "`%s` has %d columns, and the first row, `%s` in line %d, has %d", entry.name(), row.letters().length(), firstEntry.name(),
                    firstEntry.line(), columns);
        }
    }

    /** Columns where the query has a gap hold residues that it lacks: they become counts, as lower-case letters do. */
    private static ImmutableList<Row> withoutQueryGaps(List<Row> rows) {
        String query = rows.getFirst().letters();
        int residues = (int) query.chars().filter(letter -> letter != '-').count();
        return residues == query.length() ? ImmutableList.copyOf(rows)
                : rows.stream().map(row -> withoutQueryGaps(query, residues, row)).collect(ImmutableList.toImmutableList());
    }

    private static Row withoutQueryGaps(String query, int residues, Row row) {
        var letters = new StringBuilder(residues);
        var deletions = new int[residues];
        int deleted = 0;
        for (int c = 0; c < query.length(); c++) {
            deleted += row.deletions()[c];
            if (query.charAt(c) != '-') {
                deletions[letters.length()] = deleted;
                letters.append(row.letters().charAt(c));
                deleted = 0;
            } else if (row.letters().charAt(c) != '-') {
                deleted++;
            }
        }
        return new Row(row.name(), letters.toString(), deletions);
    }
}
