package pleat.passes.space;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import pleat.ir.tensor.Value;

/**
 * What the axes of a segment stand for: those that a weight has, directly or through the dims of values, are heads and channels; those that every
 * cluster that goes on with values has, and none combines, are the batch. All others are positions: rows and columns.
 */
final class AxisRoles {
    private final SegmentFacts facts;
    private final Map<Node, Node> parent = new LinkedHashMap<>();
    private final Set<Node> channels = new LinkedHashSet<>();
    private final Set<Node> batches = new LinkedHashSet<>();

    private sealed interface Node {
        record OfClass(Cluster cluster, int axisClass) implements Node {
            @Override
            public boolean equals(Object other) {
                return other instanceof OfClass(var otherCluster, int otherClass) && otherCluster == cluster && otherClass == axisClass;
            }

            @Override
            public int hashCode() {
                return System.identityHashCode(cluster) * 31 + axisClass;
            }
        }

        record OfDim(Value value, int dim) implements Node {}
    }

    AxisRoles(SegmentFacts facts) {
        this.facts = facts;
        for (Cluster cluster : facts.clusters()) {
            for (Cluster.Member member : cluster.members()) {
                join(cluster, member, member.result(), member.form().written());
                for (int r = 0; r < member.op().operands().size(); r++) {
                    join(cluster, member, member.op().operands().get(r), member.form().read().get(r));
                }
            }
        }
        for (Cluster cluster : facts.clusters()) {
            for (int k = 0; k < cluster.classes(); k++) {
                if (Channels.isChannel(facts.segment(), cluster, k)) {
                    channels.add(root(new Node.OfClass(cluster, k)));
                }
            }
        }
        findBatches();
    }

    private void join(Cluster cluster, Cluster.Member member, Value value, int[] axes) {
        boolean moves = facts.segment().given().contains(value) || facts.makers().containsKey(value);
        for (int d = 0; d < axes.length && moves; d++) {
            if (axes[d] >= 0) {
                var left = root(new Node.OfClass(cluster, member.classOf()[axes[d]]));
                var right = root(new Node.OfDim(value, d));
                if (!left.equals(right)) {
                    parent.put(left, right);
                }
            }
        }
    }

    private Node root(Node node) {
        var at = node;
        while (parent.containsKey(at)) {
            at = parent.get(at);
        }
        return at;
    }

    private void findBatches() {
        var moved = facts.clusters().stream().filter(c -> !c.moving().isEmpty()).toList();
        var clusters = moved.isEmpty() ? facts.clusters() : moved;
        candidates(clusters).stream().filter(node -> !channels.contains(node) && clusters.stream().allMatch(c -> isOnce(c, node))).forEach(batches::add);
    }

    /** Dims of what the segment before hands on; of a first segment all classes, since its inputs are whole everywhere. */
    private Set<Node> candidates(List<Cluster> clusters) {
        var candidates = new LinkedHashSet<Node>();
        facts.segment().given().forEach(value -> {
            for (int d = 0; d < value.type().rank(); d++) {
                candidates.add(root(new Node.OfDim(value, d)));
            }
        });
        if (facts.segment().given().isEmpty() && !clusters.isEmpty()) {
            var last = clusters.getLast();
            IntStream.range(0, last.classes()).forEach(k -> candidates.add(root(new Node.OfClass(last, k))));
        }
        return candidates;
    }

    /** Whether one class of the cluster is the node's, and it is passed. */
    private boolean isOnce(Cluster cluster, Node node) {
        var here = IntStream.range(0, cluster.classes()).filter(k -> root(new Node.OfClass(cluster, k)).equals(node)).toArray();
        return here.length == 1 && isPassed(cluster, here[0]);
    }

    /** Whether all members have the class and none combines along it. */
    private static boolean isPassed(Cluster cluster, int axisClass) {
        return cluster.members().stream().allMatch(member -> {
            int axis = member.axis(axisClass);
            for (int d = 0; axis >= 0 && d < member.form().written().length; d++) {
                if (member.form().written()[d] == axis) {
                    return true;
                }
            }
            return false;
        });
    }

    boolean isChannel(Cluster cluster, int axisClass) {
        return channels.contains(root(new Node.OfClass(cluster, axisClass)));
    }

    boolean isBatch(Cluster cluster, int axisClass) {
        return batches.contains(root(new Node.OfClass(cluster, axisClass)));
    }

    /** Whether a batch of at least so many samples is found. */
    boolean hasBatch(int samples) {
        return facts.clusters().stream().anyMatch(cluster -> cluster.members().stream().anyMatch(member -> IntStream.range(0, member.classOf().length)
                .anyMatch(a -> isBatch(cluster, member.classOf()[a]) && member.form().extents().get(a) >= samples)));
    }
}
