package pleat.frontend.check;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import pleat.ir.diagnostic.Diagnostic;

/** "Did you mean": the known name nearest to a misspelt one. */
final class Suggestion {
    /** Distances grow with the square of the length. */
    private static final int LONGEST = 60;

    private Suggestion() {}

    /** The diagnostic, with a help if one of the known names is near. */
    static Diagnostic add(Diagnostic diagnostic, String written, Collection<String> known) {
        return nearest(written, known).map(name -> diagnostic.help("did you mean `%s`?", name)).orElse(diagnostic);
    }

    /** A name at most a third of its letters away, the first of the nearest in order; short names are all near one another. */
    private static Optional<String> nearest(String written, Collection<String> known) {
        int limit = Math.min(written.length(), LONGEST) / 3;
        return limit == 0 ? Optional.empty()
                : known.stream().filter(name -> written.length() <= 2 * LONGEST
                && Math.abs(name.length() - written.length()) <= limit && distance(written, name) <= limit)
                        .min(Comparator.comparingInt(name -> distance(written, name)));
    }

    /**
     * Edit distance: insertions, deletions, replacements and exchanges of neighbours, case ignored (optimal string alignment).
     */
    private static int distance(String left, String right) {
        var rows = new int[left.length() + 1][right.length() + 1];
        for (int i = 0; i <= left.length(); i++) {
            for (int j = 0; j <= right.length(); j++) {
                rows[i][j] = i == 0 || j == 0 ? i + j : Math.min(Math.min(rows[i - 1][j], rows[i][j - 1]) + 1,
                        rows[i - 1][j - 1] + (same(left, i - 1, right, j - 1) ? 0 : 1));
                if (i > 1 && j > 1 && same(left, i - 1, right, j - 2) && same(left, i - 2, right, j - 1)) {
                    rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
                }
            }
        }
        return rows[left.length()][right.length()];
    }

    private static boolean same(String left, int i, String right, int j) {
        return Character.toLowerCase(left.charAt(i)) == Character.toLowerCase(right.charAt(j));
    }
}
