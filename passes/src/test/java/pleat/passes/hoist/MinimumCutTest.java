package pleat.passes.hoist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MinimumCutTest {
    private record Edge(int from, int to, long capacity) {}

    @Test
    void cutsWhereItIsCheapest() {
        var cut = new MinimumCut();
        int a = cut.node();
        int b = cut.node();
        cut.edge(MinimumCut.SOURCE, a, MinimumCut.UNBOUNDED);
        cut.edge(a, b, 3);
        cut.edge(b, MinimumCut.SINK, 5);
        assertEquals(BitSet.valueOf(new long[] {1 << MinimumCut.SOURCE | 1 << a}), cut.sourceSide());
    }

    /** Against all subsets of the nodes. */
    @Test
    void noCutIsCheaper() {
        var random = new Random(7);
        for (int trial = 0; trial < 200; trial++) {
            int nodes = 2 + random.nextInt(7);
            var edges = new ArrayList<Edge>();
            var cut = new MinimumCut();
            for (int n = 2; n < nodes; n++) {
                cut.node();
            }
            for (int e = 0; e < 3 * nodes; e++) {
                var edge = new Edge(random.nextInt(nodes), random.nextInt(nodes), random.nextInt(10));
                edges.add(edge);
                cut.edge(edge.from(), edge.to(), edge.capacity());
            }
            var side = cut.sourceSide();
            assertTrue(side.get(MinimumCut.SOURCE));
            assertFalse(side.get(MinimumCut.SINK));
            long least = Long.MAX_VALUE;
            for (long subset = 0; subset < 1 << nodes; subset++) {
                var other = BitSet.valueOf(new long[] {subset});
                if (other.get(MinimumCut.SOURCE) && !other.get(MinimumCut.SINK)) {
                    least = Math.min(least, capacity(edges, other));
                }
            }
            assertEquals(least, capacity(edges, side), edges::toString);
        }
    }

    private static long capacity(List<Edge> edges, BitSet side) {
        return edges.stream().filter(edge -> side.get(edge.from()) && !side.get(edge.to())).mapToLong(Edge::capacity).sum();
    }
}
