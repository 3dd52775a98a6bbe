package pleat.passes.assign;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.ImmutableIntArray;
import com.google.common.primitives.ImmutableLongArray;
import java.util.List;
import java.util.OptionalLong;

/**
 * Choose one strategy for each node, so that the costs of nodes and edges sum to as little as possible and, at each moment, the usages of
 * the nodes that live then sum to at most the limit. This is the problem of the IOPDDL benchmark.
 */
public record AssignmentProblem(String name, List<Node> nodes, List<Edge> edges, OptionalLong usageLimit) {
    /** What costs this much or more may not be chosen; the benchmark writes it for a pair of strategies that do not go together. */
    public static final long FORBIDDEN = 1_000_000_000_000_000_000L;

    /** A node lives at moments {@code from <= t < to}; strategy i costs {@code costs[i]} and holds {@code usages[i]} as long as the node lives. */
    public record Node(long from, long to, ImmutableLongArray costs, ImmutableLongArray usages) {
        public Node {
            checkArgument(costs.length() == usages.length(), "%s costs but %s usages", costs.length(), usages.length());
        }

        public int strategies() {
            return costs.length();
        }

        public boolean lives() {
            return from < to;
        }
    }

    /** Costs of the strategies of one node or more together; the strategy of the last of them varies fastest in the table. */
    public record Edge(ImmutableIntArray nodes, ImmutableLongArray costs) {}

    public AssignmentProblem {
        nodes = List.copyOf(nodes);
        edges = List.copyOf(edges);
        for (Edge edge : edges) {
            long entries = 1;
            for (int i = 0; i < edge.nodes().length(); i++) {
                entries *= nodes.get(edge.nodes().get(i)).strategies();
            }
            checkArgument(entries == edge.costs().length(), "a table of %s entries has %s", entries, edge.costs().length());
        }
    }
}
