package pleat.features.template;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import pleat.features.residue.ResidueTable;

final class SequenceAlignerTest {
    private static final int OPEN = 11;
    private static final int EXTEND = 1;

    private final ResidueTable table = ResidueTable.load();
    private final SequenceAligner aligner = SequenceAligner.load();

    @Test
    void aSequenceStandsAgainstItself() {
        assertEquals("0 1 2 3 4", align("MKVLA", "MKVLA"));
    }

    @Test
    void gapsAtTheEndsAreFree() {
        assertEquals("- - 0 1 2 3 4 -", align("GSMKVLAG", "MKVLA"));
        assertEquals("2 3 4 5 6", align("MKVLA", "GSMKVLAG"));
    }

    @Test
    void oneLongGapIsCheaperThanTwoShortOnes() {
        assertEquals("0 1 2 3 - - - 4 5 6 7", align("WWHHPPPYYCC", "WWHHYYCC"));
    }

    @Test
    void unknownResiduesAlignBetweenKnownOnes() {
        assertEquals("0 1 2 3 4", align("MXVLW", "MKVXW"));
    }

    /** The best score of all alignments, found without dynamic programming, is that of ours. */
    @Test
    void noAlignmentScoresHigher() {
        var random = new Random(5);
        for (int round = 0; round < 200; round++) {
            int[] first = random(random);
            int[] second = random(random);
            int ours = score(first, second, aligner.align(first, second));
            assertEquals(best(first, second, new int[first.length], 0, 0), ours, "round " + round);
        }
    }

    private static int[] random(Random random) {
        return IntStream.range(0, 1 + random.nextInt(5)).map(_ -> random.nextInt(4) * 5).toArray();
    }

    private int best(int[] first, int[] second, int[] partners, int i, int from) {
        if (i == first.length) {
            return score(first, second, partners);
        }
        partners[i] = -1;
        int best = best(first, second, partners, i + 1, from);
        for (int j = from; j < second.length; j++) {
            partners[i] = j;
            best = Math.max(best, best(first, second, partners, i + 1, j + 1));
        }
        return best;
    }

    /** Gaps beside each other, one in each sequence, cost twice; at an end, the one of the two that is free is the one that costs more. */
    private int score(int[] first, int[] second, int[] partners) {
        int score = 0;
        int lastFirst = -1;
        int lastSecond = -1;
        for (int i = 0; i < first.length; i++) {
            if (partners[i] >= 0) {
                score += aligner.score(first[i], second[partners[i]]);
                int firstGap = gap(i - lastFirst - 1);
                int secondGap = gap(partners[i] - lastSecond - 1);
                score -= lastFirst >= 0 ? firstGap + secondGap : Math.min(firstGap, secondGap);
                lastFirst = i;
                lastSecond = partners[i];
            }
        }
        boolean isEmpty = lastFirst < 0;
        return isEmpty ? 0 : score - Math.min(gap(first.length - lastFirst - 1), gap(second.length - lastSecond - 1));
    }

    private static int gap(int length) {
        return length == 0 ? 0 : OPEN + EXTEND * (length - 1);
    }

    private String align(String first, String second) {
        return Arrays.stream(aligner.align(numbers(first), numbers(second))).mapToObj(j -> j < 0 ? "-" : String.valueOf(j))
                .collect(Collectors.joining(" "));
    }

    private int[] numbers(String letters) {
        return letters.chars().map(letter -> table.exact((char) letter)).toArray();
    }
}
