package pleat.frontend.check;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import pleat.ir.diagnostic.Diagnostic;

/** "Did you mean": the known name nearest to a misspelt one. */
final class Suggestion {
    private Suggestion() {}

    /** The diagnostic, with a help if one of the known names is near. */
    static Diagnostic add(Diagnostic diagnostic, String written, Collection<String> known) {
        return nearest(written, known).map(name -> diagnostic.help("did you mean `%s`?", name)).orElse(diagnostic);
    }

    /** A name at most a third of its letters away, the first of the nearest in order. */
    private static Optional<String> nearest(String written, Collection<String> known) {
        int limit = Math.max(1, Math.min(written.length(), 60) / 3);
        return known.stream().filter(name -> Math.abs(name.length() - written.length()) <= limit && distance(written, name) <= limit)
                .min(Comparator.comparingInt(name -> distance(written, name)));
    }

    /** Edit distance: insertions, deletions and replacements of letters, case ignored. */
    private static int distance(String left, String right) {
        var previous = new int[right.length() + 1];
        for (int j = 0; j <= right.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= left.length(); i++) {
            var current = new int[right.length() + 1];
            current[0] = i;
            for (int j = 1; j <= right.length(); j++) {
                boolean same = Character.toLowerCase(left.charAt(i - 1)) == Character.toLowerCase(right.charAt(j - 1));
                current[j] = Math.min(Math.min(previous[j], current[j - 1]) + 1, previous[j - 1] + (same ? 0 : 1));
            }
            previous = current;
        }
        return previous[right.length()];
    }
}
