package pleat.features.alignment;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Sequences aligned to the first of them, the query, which has no gap.
 *
 * @param origin how messages name it
 */
public record Alignment(String origin, ImmutableList<Row> rows) {

    /**
     * @param letters one upper-case letter or {@code -} for each residue of the query
     * @param deletions how many residues this sequence has between the residue of the query before and this one
     */
    public record Row(String name, String letters, int[] deletions) {
        public Row {
            checkArgument(letters.length() == deletions.length, "%s letters, %s counts", letters.length(), deletions.length);
        }

        /** The residues {@code from} until {@code to} of the query; what is deleted before the first of them stays with it. */
        Row cut(int from, int to) {
            return new Row(name, letters.substring(from, to), Arrays.copyOfRange(deletions, from, to));
        }
    }

    public Alignment {
        checkArgument(!rows.isEmpty(), "an alignment has no rows");
    }

    /** A sequence that nothing was aligned to. */
    public static Alignment ofQuery(String origin, String name, String letters) {
        return new Alignment(origin, ImmutableList.of(new Row(name, letters, new int[letters.length()])));
    }

    public String query() {
        return rows.getFirst().letters();
    }

    /** The part of all rows that stands over the residues {@code from} until {@code to} of the query. */
    public Alignment cut(int from, int to) {
        return new Alignment(origin, rows.stream().map(row -> row.cut(from, to)).collect(ImmutableList.toImmutableList()));
    }

    /** The rows of several alignments of one query, each sequence once: where it is met first. */
    public static Alignment union(List<Alignment> alignments) {
        var seen = new LinkedHashMap<String, Row>();
        alignments.forEach(alignment -> alignment.rows().forEach(row -> seen.putIfAbsent(row.letters(), row)));
        return new Alignment(alignments.getFirst().origin(), ImmutableList.copyOf(seen.values()));
    }
}
