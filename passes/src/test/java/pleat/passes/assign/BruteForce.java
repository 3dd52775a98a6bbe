package pleat.passes.assign;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import pleat.passes.assign.AssignmentProblem.Edge;
import pleat.passes.assign.AssignmentProblem.Node;

/** The least cost of all assignments, node after node, with nothing left out but what is too dear, forbidden or too large already. */
final class BruteForce {
    private final AssignmentProblem problem;
    /** By node, the edges of which it is the last. */
    private final List<List<Edge>> closing = new ArrayList<>();
    private final int[] chosen;
    private final long[] held;
    private long best = Long.MAX_VALUE;

    private BruteForce(AssignmentProblem problem) {
        this.problem = problem;
        this.chosen = new int[problem.nodes().size()];
        this.held = new long[(int) problem.nodes().stream().mapToLong(Node::to).max().orElse(0)];
        problem.nodes().forEach(_ -> closing.add(new ArrayList<>()));
    }

    static Optional<Long> least(AssignmentProblem problem) {
        var search = new BruteForce(problem);
        long constant = 0;
        for (Edge edge : problem.edges()) {
            if (edge.nodes().isEmpty()) {
                constant += edge.costs().get(0);
            } else {
                search.closing.get(edge.nodes().stream().max().getAsInt()).add(edge);
            }
        }
        search.choose(0, constant);
        return search.best == Long.MAX_VALUE ? Optional.empty() : Optional.of(search.best);
    }

    private void choose(int node, long cost) {
        if (cost >= best) {
            return;
        }
        if (node == chosen.length) {
            best = cost;
            return;
        }
        var here = problem.nodes().get(node);
        for (int i = 0; i < here.strategies(); i++) {
            chosen[node] = i;
            long sum = added(node, here.costs().get(i));
            if (sum < AssignmentProblem.FORBIDDEN) {
                if (hold(here, here.usages().get(i))) {
                    choose(node + 1, cost + sum);
                }
                hold(here, -here.usages().get(i));
            }
        }
    }

    private long added(int node, long cost) {
        for (Edge edge : closing.get(node)) {
            int at = 0;
            for (int end : edge.nodes().asList()) {
                at = at * problem.nodes().get(end).strategies() + chosen[end];
            }
            if (edge.costs().get(at) >= AssignmentProblem.FORBIDDEN) {
                return AssignmentProblem.FORBIDDEN;
            }
            cost += edge.costs().get(at);
        }
        return cost;
    }

    private boolean hold(Node node, long usage) {
        boolean fits = true;
        for (long t = node.from(); t < node.to(); t++) {
            held[(int) t] += usage;
            fits &= held[(int) t] <= problem.usageLimit().orElse(Long.MAX_VALUE);
        }
        return fits;
    }
}
