package pleat.passes.assign;

import java.util.Arrays;
import java.util.stream.LongStream;
import pleat.passes.assign.AssignmentProblem.Node;

/**
 * The moments at which the limit has to be looked at. Where nothing is negative, a moment whose live nodes also live together at another one
 * needs no row, so only those are left at which a birth is followed by a death.
 */
record Timeline(long[] moments) {
    static Timeline of(AssignmentProblem problem) {
        if (problem.usageLimit().isEmpty()) {
            return new Timeline(new long[0]);
        }
        var living = problem.nodes().stream().filter(Node::lives).toList();
        long[] births = living.stream().mapToLong(Node::from).sorted().toArray();
        long[] deaths = living.stream().mapToLong(Node::to).sorted().toArray();
        boolean negative = problem.usageLimit().getAsLong() < 0
                || living.stream().anyMatch(node -> node.usages().stream().anyMatch(usage -> usage < 0));
        return new Timeline(negative ? everyChange(births, deaths) : lastBirths(births, deaths));
    }

    private static long[] everyChange(long[] births, long[] deaths) {
        long end = deaths.length == 0 ? 0 : deaths[deaths.length - 1];
        return LongStream.concat(LongStream.of(0), LongStream.concat(Arrays.stream(births), Arrays.stream(deaths)))
                .filter(moment -> moment < end).sorted().distinct().toArray();
    }

    /** Of births between two deaths, the last. */
    private static long[] lastBirths(long[] births, long[] deaths) {
        var moments = LongStream.builder();
        for (int birth = 0, death = 0; birth < births.length; birth++) {
            while (deaths[death] <= births[birth]) {
                death++;
            }
            if (birth + 1 == births.length || births[birth + 1] >= deaths[death]) {
                moments.add(births[birth]);
            }
        }
        return moments.build().toArray();
    }

    int rows() {
        return moments.length;
    }

    /** The first row at or after a moment. */
    int rowFrom(long moment) {
        int at = Arrays.binarySearch(moments, moment);
        return at >= 0 ? at : -at - 1;
    }
}
