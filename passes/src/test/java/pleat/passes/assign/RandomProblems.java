package pleat.passes.assign;

import com.google.common.primitives.ImmutableIntArray;
import com.google.common.primitives.ImmutableLongArray;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import pleat.passes.assign.AssignmentProblem.Edge;
import pleat.passes.assign.AssignmentProblem.Node;

/** Problems small enough to try everything. */
final class RandomProblems {
    private final SplittableRandom random;
    private final List<Node> nodes = new ArrayList<>();
    private final List<Edge> edges = new ArrayList<>();

    private RandomProblems(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** With all that the format allows: edges of none to three nodes, loops, empty intervals and nodes without a strategy. */
    static AssignmentProblem varied(long seed) {
        return new RandomProblems(seed).varied();
    }

    private AssignmentProblem varied() {
        int count = 1 + random.nextInt(7);
        long costs = random.nextBoolean() ? 10 : 1_000_000_000_000L;
        long usage = random.nextBoolean() ? 8 : 50_000_000_000L;
        for (int i = 0; i < count; i++) {
            int strategies = random.nextInt(40) == 0 ? 0 : 1 + random.nextInt(4);
            long from = random.nextInt(10);
            nodes.add(new Node(from, from + random.nextInt(6), numbers(strategies, costs, 12), numbers(strategies, usage, 0)));
        }
        int wanted = random.nextInt(2 * count + 1);
        int forbidden = random.nextInt(4);
        for (int e = 0; e < wanted; e++) {
            int arity = random.nextInt(8) == 0 ? random.nextInt(4) : 2;
            connect(random.ints(arity, 0, count).toArray(), costs, arity == 0 ? 0 : forbidden * 15);
        }
        return problem(usage * count * random.nextInt(1, 10) / 10);
    }

    /** Like a model that is unrolled: nodes depend on nodes shortly before them, and what costs less holds more. */
    static AssignmentProblem layered(long seed) {
        return new RandomProblems(seed).layered();
    }

    private AssignmentProblem layered() {
        int count = 10 + random.nextInt(8);
        long largest = 0;
        for (int i = 0; i < count; i++) {
            long from = Math.max(0, i - random.nextInt(4));
            var usages = numbers(2 + random.nextInt(4), 100, 0);
            var costs = ImmutableLongArray.copyOf(usages.stream().map(usage -> Math.max(0, 120 - usage + random.nextInt(60))));
            nodes.add(new Node(from, from + 1 + random.nextInt(8), costs, usages));
            largest += usages.stream().max().getAsLong();
        }
        for (int e = 0; e < count * 3 / 2; e++) {
            int later = 1 + random.nextInt(count - 1);
            connect(new int[] {Math.max(0, later - 1 - random.nextInt(4)), later}, 80, 20);
        }
        return problem(largest * (10 + random.nextInt(14)) / 100);
    }

    private AssignmentProblem problem(long limit) {
        return new AssignmentProblem("random", nodes, edges, random.nextInt(6) == 0 ? OptionalLong.empty() : OptionalLong.of(limit));
    }

    private void connect(int[] ends, long costs, int forbiddenPercent) {
        int entries = 1;
        for (int end : ends) {
            entries *= nodes.get(end).strategies();
        }
        edges.add(new Edge(ImmutableIntArray.copyOf(ends), numbers(entries, costs, forbiddenPercent)));
    }

    private ImmutableLongArray numbers(int count, long below, int forbiddenPercent) {
        var numbers = ImmutableLongArray.builder();
        for (int i = 0; i < count; i++) {
            numbers.add(random.nextInt(100) < forbiddenPercent ? AssignmentProblem.FORBIDDEN : random.nextLong(below));
        }
        return numbers.build();
    }
}
