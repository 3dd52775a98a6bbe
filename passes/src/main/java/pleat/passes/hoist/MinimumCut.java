package pleat.passes.hoist;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Cheapest cut between two nodes of a network, by shortest augmenting paths (Edmonds and Karp 1972). */
public final class MinimumCut {
    /** Capacity of an edge that no cut contains. */
    public static final long UNBOUNDED = Long.MAX_VALUE >> 2;

    public static final int SOURCE = 0;
    public static final int SINK = 1;

    private final List<List<Edge>> edges = new ArrayList<>(List.of(new ArrayList<>(), new ArrayList<>()));

    /** A direction of an edge: {@code left} is what can still flow. */
    private static final class Edge {
        private final int to;
        private final int backwards;
        private long left;

        Edge(int to, int backwards, long left) {
            this.to = to;
            this.backwards = backwards;
            this.left = left;
        }
    }

    public int node() {
        edges.add(new ArrayList<>());
        return edges.size() - 1;
    }

    public void edge(int from, int to, long capacity) {
        edges.get(from).add(new Edge(to, edges.get(to).size(), Math.min(capacity, UNBOUNDED)));
        edges.get(to).add(new Edge(from, edges.get(from).size() - 1, 0));
    }

    /** The nodes on the side of the source; among the cheapest cuts the one with the fewest. */
    public BitSet sourceSide() {
        while (true) {
            var into = new Edge[edges.size()];
            var reached = reach(into);
            if (!reached.get(SINK)) {
                return reached;
            }
            push(into);
        }
    }

    /** @param into gets the edge by which each node was reached */
    private BitSet reach(Edge[] into) {
        var reached = new BitSet();
        reached.set(SOURCE);
        var waiting = new ArrayDeque<>(List.of(SOURCE));
        while (!waiting.isEmpty() && !reached.get(SINK)) {
            for (Edge edge : edges.get(waiting.remove())) {
                if (edge.left > 0 && !reached.get(edge.to)) {
                    reached.set(edge.to);
                    into[edge.to] = edge;
                    waiting.add(edge.to);
                }
            }
        }
        return reached;
    }

    private void push(Edge[] into) {
        long amount = Long.MAX_VALUE;
        for (int node = SINK; node != SOURCE; node = backwards(into[node]).to) {
            amount = Math.min(amount, into[node].left);
        }
        for (int node = SINK; node != SOURCE; node = backwards(into[node]).to) {
            into[node].left -= amount;
            backwards(into[node]).left += amount;
        }
    }

    private Edge backwards(Edge edge) {
        return edges.get(edge.to).get(edge.backwards);
    }
}
