package pleat.passes.assign;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import pleat.passes.assign.AssignmentProblem.Edge;
import pleat.passes.assign.AssignmentProblem.Node;

/** Says what a solution costs and what is wrong with it, from the definition of the problem alone: it shares no code with the search. */
public final class AssignmentChecker {
    private final AssignmentProblem problem;
    private final long[] solution;
    private final List<String> findings = new ArrayList<>();

    private AssignmentChecker(AssignmentProblem problem, long[] solution) {
        this.problem = problem;
        this.solution = solution;
    }

    /** Why the solution may not be used; empty if it may. */
    public static List<String> findings(AssignmentProblem problem, long[] solution) {
        var checker = new AssignmentChecker(problem, solution);
        if (checker.isComplete()) {
            checker.checkForbidden();
            checker.checkMemory();
        }
        return List.copyOf(checker.findings);
    }

    /** The sum of all costs of a solution that has one strategy of each node. */
    public static long cost(AssignmentProblem problem, long[] solution) {
        var checker = new AssignmentChecker(problem, solution);
        if (!checker.isComplete()) {
            throw new IllegalArgumentException(checker.findings.getFirst());
        }
        var sum = BigInteger.ZERO;
        for (int i = 0; i < solution.length; i++) {
            sum = sum.add(BigInteger.valueOf(problem.nodes().get(i).costs().get((int) solution[i])));
        }
        for (Edge edge : problem.edges()) {
            sum = sum.add(BigInteger.valueOf(checker.costOf(edge)));
        }
        return sum.longValueExact();
    }

    private boolean isComplete() {
        if (solution.length != problem.nodes().size()) {
            findings.add("the solution has " + solution.length + " strategies, but there are " + problem.nodes().size() + " nodes");
            return false;
        }
        for (int i = 0; i < solution.length; i++) {
            int strategies = problem.nodes().get(i).strategies();
            if (solution[i] < 0 || solution[i] >= strategies) {
                findings.add("node " + i + " has " + strategies + " strategies, and the solution takes number " + solution[i]);
            }
        }
        return findings.isEmpty();
    }

    private long costOf(Edge edge) {
        int at = 0;
        for (int node : edge.nodes().asList()) {
            at = at * problem.nodes().get(node).strategies() + (int) solution[node];
        }
        return edge.costs().get(at);
    }

    private void checkForbidden() {
        for (int i = 0; i < solution.length; i++) {
            if (problem.nodes().get(i).costs().get((int) solution[i]) >= AssignmentProblem.FORBIDDEN) {
                findings.add("strategy " + solution[i] + " of node " + i + " is forbidden");
            }
        }
        for (int i = 0; i < problem.edges().size(); i++) {
            if (costOf(problem.edges().get(i)) >= AssignmentProblem.FORBIDDEN) {
                findings.add("the strategies at edge " + i + " are forbidden together");
            }
        }
    }

    /** Usages change only where a node begins or ends to live, and moment 0 counts even if nothing lives then. */
    private void checkMemory() {
        if (problem.usageLimit().isEmpty()) {
            return;
        }
        var changes = new TreeMap<Long, BigInteger>();
        long end = 0;
        for (int i = 0; i < solution.length; i++) {
            Node node = problem.nodes().get(i);
            if (node.lives()) {
                var usage = BigInteger.valueOf(node.usages().get((int) solution[i]));
                changes.merge(node.from(), usage, BigInteger::add);
                changes.merge(node.to(), usage.negate(), BigInteger::add);
                end = Math.max(end, node.to());
            }
        }
        changes.putIfAbsent(0L, BigInteger.ZERO);
        var limit = BigInteger.valueOf(problem.usageLimit().getAsLong());
        var held = BigInteger.ZERO;
        for (var change : changes.headMap(end).entrySet()) {
            held = held.add(change.getValue());
            if (held.compareTo(limit) > 0) {
                findings.add("at moment " + change.getKey() + " the nodes hold " + held + ", the limit is " + limit);
                return;
            }
        }
    }
}
