package pleat.passes.assign;

import com.google.common.primitives.ImmutableIntArray;
import com.google.common.primitives.ImmutableLongArray;
import java.util.ArrayList;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import pleat.passes.assign.AssignmentProblem.Edge;
import pleat.passes.assign.AssignmentProblem.Node;

/** Small problems with all that the format allows: forbidden pairs, edges of none to three nodes, loops, empty intervals, limits that bind. */
final class RandomProblems {
    private RandomProblems() {}

    static AssignmentProblem of(long seed) {
        var random = new SplittableRandom(seed);
        int count = 1 + random.nextInt(7);
        long costs = random.nextBoolean() ? 10 : 1_000_000_000_000L;
        var nodes = new ArrayList<Node>();
        long usage = random.nextBoolean() ? 8 : 50_000_000_000L;
        for (int i = 0; i < count; i++) {
            int strategies = random.nextInt(40) == 0 ? 0 : 1 + random.nextInt(4);
            long from = random.nextInt(10);
            nodes.add(new Node(from, from + random.nextInt(6), numbers(strategies, costs, 12, random), numbers(strategies, usage, 0, random)));
        }
        var edges = new ArrayList<Edge>();
        int wanted = random.nextInt(2 * count + 1);
        int forbidden = random.nextInt(4);
        for (int e = 0; e < wanted; e++) {
            int arity = random.nextInt(8) == 0 ? random.nextInt(4) : 2;
            var ends = random.ints(arity, 0, count).toArray();
            int entries = 1;
            for (int end : ends) {
                entries *= nodes.get(end).strategies();
            }
            edges.add(new Edge(ImmutableIntArray.copyOf(ends), numbers(entries, costs, arity == 0 ? 0 : forbidden * 15, random)));
        }
        long limit = usage * count * random.nextInt(1, 10) / 10;
        return new AssignmentProblem("random", nodes, edges, random.nextInt(5) == 0 ? OptionalLong.empty() : OptionalLong.of(limit));
    }

    private static ImmutableLongArray numbers(int count, long below, int forbiddenPercent, SplittableRandom random) {
        var numbers = ImmutableLongArray.builder();
        for (int i = 0; i < count; i++) {
            numbers.add(random.nextInt(100) < forbiddenPercent ? AssignmentProblem.FORBIDDEN : random.nextLong(below));
        }
        return numbers.build();
    }
}
