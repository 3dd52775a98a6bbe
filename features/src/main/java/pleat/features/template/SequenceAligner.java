package pleat.features.template;

import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;
import pleat.features.residue.ResidueTable;

/**
 * Global alignment of two sequences with affine gaps, of which those at the ends are free (Gotoh, "An improved algorithm for matching
 * biological sequences", 1982), under BLOSUM62 with 11 for a gap and 1 for each further place of it.
 */
public final class SequenceAligner {
    private static final int OPEN = 11;
    private static final int EXTEND = 1;
    private static final int UNKNOWN_SCORE = -1;
    private static final int NEVER = Integer.MIN_VALUE / 2;
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    /** States of the recurrence: both sequences go on, only the first, only the second. */
    private static final int PAIR = 0;
    private static final int FIRST = 1;
    private static final int SECOND = 2;

    private final int[][] scores;

    private SequenceAligner(int[][] scores) {
        this.scores = scores;
    }

    public static SequenceAligner load() {
        try {
            String text = Resources.toString(Resources.getResource(SequenceAligner.class, "/pleat/features/blosum62.txt"), StandardCharsets.UTF_8);
            return new SequenceAligner(text.lines().filter(line -> !line.startsWith("#"))
                    .map(line -> BLANKS.splitAsStream(line.strip()).mapToInt(Integer::parseInt).toArray()).toArray(int[][]::new));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** For each residue of {@code first} the index of the one of {@code second} that it stands against, or -1. */
    public int[] align(int[] first, int[] second) {
        int n = first.length;
        int m = second.length;
        var best = new int[3][m + 1];
        var from = new byte[3][n + 1][m + 1];
        Arrays.fill(best[FIRST], NEVER);
        Arrays.fill(best[SECOND], 0);
        Arrays.fill(best[PAIR], NEVER);
        best[PAIR][0] = 0;
        best[SECOND][0] = NEVER;
        for (int j = 1; j <= m; j++) {
            from[SECOND][0][j] = (byte) (j == 1 ? PAIR : SECOND);
        }
        for (int i = 1; i <= n; i++) {
            best = row(best, from, i, first, second);
        }
        return trace(best, from, n, m);
    }

    private int[][] row(int[][] above, byte[][][] from, int i, int[] first, int[] second) {
        int m = second.length;
        boolean isLast = i == first.length;
        var best = new int[3][m + 1];
        best[PAIR][0] = NEVER;
        best[SECOND][0] = NEVER;
        best[FIRST][0] = 0; // a gap at the start is free
        from[FIRST][i][0] = (byte) (i == 1 ? PAIR : FIRST);
        for (int j = 1; j <= m; j++) {
            int diagonal = largest(above[PAIR][j - 1], above[FIRST][j - 1], above[SECOND][j - 1]);
            from[PAIR][i][j] = (byte) diagonal;
            best[PAIR][j] = above[diagonal][j - 1] + score(first[i - 1], second[j - 1]);
            boolean isFreeBelow = j == m;
            int open = isFreeBelow ? 0 : OPEN;
            int extend = isFreeBelow ? 0 : EXTEND;
            int down = largest(above[PAIR][j] - open, above[FIRST][j] - extend, above[SECOND][j] - open);
            from[FIRST][i][j] = (byte) down;
            best[FIRST][j] = above[down][j] - (down == FIRST ? extend : open);
            int openRight = isLast ? 0 : OPEN;
            int extendRight = isLast ? 0 : EXTEND;
            int right = largest(best[PAIR][j - 1] - openRight, best[FIRST][j - 1] - openRight, best[SECOND][j - 1] - extendRight);
            from[SECOND][i][j] = (byte) right;
            best[SECOND][j] = best[right][j - 1] - (right == SECOND ? extendRight : openRight);
        }
        return best;
    }

    private static int[] trace(int[][] best, byte[][][] from, int n, int m) {
        var partners = new int[n];
        Arrays.fill(partners, -1);
        int i = n;
        int j = m;
        int state = largest(best[PAIR][m], best[FIRST][m], best[SECOND][m]);
        while (i > 0 || j > 0) {
            int before = from[state][i][j];
            switch (state) {
                case PAIR -> partners[--i] = --j;
                case FIRST -> i--;
                default -> j--;
            }
            state = before;
        }
        return partners;
    }

    /** The state of the largest; a pair before a gap where they are equal. */
    private static int largest(int pair, int first, int second) {
        return pair >= first && pair >= second ? PAIR : first >= second ? FIRST : SECOND;
    }

    /** Of two residues against each other. */
    int score(int a, int b) {
        return a >= ResidueTable.UNKNOWN || b >= ResidueTable.UNKNOWN ? UNKNOWN_SCORE : scores[a][b];
    }
}
