package pleat.passes.assign;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import com.google.common.primitives.ImmutableIntArray;
import com.google.common.primitives.ImmutableLongArray;
import pleat.ir.diagnostic.UserException;
import pleat.passes.assign.AssignmentProblem.Edge;
import pleat.passes.assign.AssignmentProblem.Node;
import pleat.passes.assign.CostNetwork.Use;
import pleat.passes.assign.CostNetwork.Variable;

/** Turns a problem into a network: an edge of three nodes or more becomes a variable whose strategies are the combinations that it allows. */
final class NetworkBuilder {
    private final AssignmentProblem problem;
    private final CostNetwork network;
    /** Tables that edges share stay shared. */
    private final Map<ImmutableLongArray, long[]> tables = new IdentityHashMap<>();

    private NetworkBuilder(AssignmentProblem problem, Timeline timeline) {
        this.problem = problem;
        this.network = new CostNetwork(timeline.rows(), problem.usageLimit().orElse(Long.MAX_VALUE));
        for (int i = 0; i < problem.nodes().size(); i++) {
            addNode(i, problem.nodes().get(i), timeline);
        }
    }

    static CostNetwork build(AssignmentProblem problem) {
        refuseLargeSums(problem);
        var builder = new NetworkBuilder(problem, Timeline.of(problem));
        problem.edges().forEach(builder::addEdge);
        builder.network.created = builder.network.variables.size();
        return builder.network;
    }

    /** Costs and usages are summed as 64-bit numbers from here on. */
    private static void refuseLargeSums(AssignmentProblem problem) {
        double costs = 0;
        double usages = 0;
        for (Node node : problem.nodes()) {
            costs += largest(node.costs());
            usages += largest(node.usages());
        }
        var known = new IdentityHashMap<ImmutableLongArray, Double>();
        for (Edge edge : problem.edges()) {
            costs += known.computeIfAbsent(edge.costs(), NetworkBuilder::largest);
        }
        if (costs > Costs.LARGEST) {
            throw new UserException("the costs that are not forbidden may sum to more than 2^58, which is past what is computed exactly");
        }
        if (usages > Costs.LARGEST * 16.0) {
            throw new UserException("the usages may sum to more than 2^62, which is past what is computed exactly");
        }
    }

    private static double largest(ImmutableLongArray numbers) {
        double most = 0;
        for (int i = 0; i < numbers.length(); i++) {
            if (numbers.get(i) < AssignmentProblem.FORBIDDEN) {
                most = Math.max(most, Math.abs((double) numbers.get(i)));
            }
        }
        return most;
    }

    private void addNode(int id, Node node, Timeline timeline) {
        var variable = new Variable(id, costs(node.costs()));
        network.variables.add(variable);
        network.infeasible |= variable.size() == 0;
        if (timeline.rows() > 0 && node.lives() && variable.size() > 0) {
            variable.uses.add(new Use(timeline.rowFrom(node.from()), timeline.rowFrom(node.to()), node.usages().toArray()));
            network.settleUses(variable);
        }
    }

    private long[] costs(ImmutableLongArray table) {
        return tables.computeIfAbsent(table, shared -> shared.stream().map(cost -> cost >= AssignmentProblem.FORBIDDEN ? Costs.INFINITE : cost).toArray());
    }

    private void addEdge(Edge edge) {
        var ends = edge.nodes().stream().distinct().toArray();
        long[] table = costs(edge.costs());
        if (ends.length < edge.nodes().length()) {
            table = diagonal(edge, ends, table);
        }
        switch (ends.length) {
            case 0 -> addConstant(table[0]);
            case 1 -> addCosts(network.variables.get(ends[0]), table);
            case 2 -> network.connect(network.variables.get(ends[0]), network.variables.get(ends[1]), table);
            default -> addTuples(ends, table);
        }
    }

    private void addConstant(long cost) {
        network.infeasible |= !Costs.isFinite(cost);
        network.constant = Costs.plus(network.constant, cost);
    }

    private static void addCosts(Variable variable, long[] more) {
        var sum = variable.costs.clone();
        Arrays.setAll(sum, i -> Costs.plus(variable.costs[i], more[i]));
        variable.costs = sum;
    }

    /** The entries of a table in which a node that the edge names twice has one strategy. */
    private long[] diagonal(Edge edge, int[] ends, long[] table) {
        var small = new long[product(ends)];
        var chosen = new int[problem.nodes().size()];
        for (int at = 0; at < small.length; at++) {
            unpack(at, ends, chosen);
            int from = 0;
            for (int i = 0; i < edge.nodes().length(); i++) {
                int end = edge.nodes().get(i);
                from = from * problem.nodes().get(end).strategies() + chosen[end];
            }
            small[at] = table[from];
        }
        return small;
    }

    private int product(int[] ends) {
        return Arrays.stream(ends).map(end -> problem.nodes().get(end).strategies()).reduce(1, (a, b) -> a * b);
    }

    private void unpack(int tuple, int[] ends, int[] chosen) {
        for (int i = ends.length - 1; i >= 0; i--) {
            int strategies = problem.nodes().get(ends[i]).strategies();
            chosen[ends[i]] = tuple % strategies;
            tuple /= strategies;
        }
    }

    private void addTuples(int[] ends, long[] table) {
        List<Integer> allowed = new ArrayList<>();
        for (int i = 0; i < table.length; i++) {
            if (Costs.isFinite(table[i])) {
                allowed.add(i);
            }
        }
        var tuples = ImmutableIntArray.copyOf(allowed);
        network.infeasible |= tuples.isEmpty();
        var variable = new Variable(network.variables.size(), tuples.stream().mapToLong(i -> table[i]).toArray());
        network.variables.add(variable);
        var chosen = new int[problem.nodes().size()];
        for (int end : ends) {
            int strategies = problem.nodes().get(end).strategies();
            var agreement = new long[tuples.length() * strategies];
            Arrays.fill(agreement, Costs.INFINITE);
            for (int i = 0; i < tuples.length(); i++) {
                unpack(tuples.get(i), ends, chosen);
                agreement[i * strategies + chosen[end]] = 0;
            }
            network.connect(variable, network.variables.get(end), agreement);
        }
    }
}
