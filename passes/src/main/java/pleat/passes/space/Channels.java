package pleat.passes.space;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.IntStream;
import pleat.ir.index.Access;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;

/** Which classes of axes run along a dim of a weight: to split one splits the weight. */
final class Channels {
    private Channels() {}

    static boolean isChannel(Segment segment, Cluster cluster, int axisClass) {
        return !weights(segment, cluster, axisClass).isEmpty();
    }

    /**
     * Whether splitting a weight is beside the point, because what the cluster reads and writes is so much larger: then splitting rows saves
     * more time, and memory that the weight takes does not matter. Such splits are left out of the automatic plan's space; those of named plans
     * have them.
     */
    static boolean isSmallBesideActivations(Segment segment, Cluster cluster, int axisClass) {
        long weights = weights(segment, cluster, axisClass).stream().mapToLong(weight -> weight.type().elements()).sum();
        long activations = cluster.outputs().stream().mapToLong(value -> value.type().elements()).sum();
        return weights * 10 < activations;
    }

    private static Set<Value> weights(Segment segment, Cluster cluster, int axisClass) {
        var weights = new LinkedHashSet<Value>();
        for (var member : cluster.members()) {
            int axis = member.axis(axisClass);
            if (axis >= 0 && member.op() instanceof Op.Compute compute) {
                IntStream.range(0, compute.operands().size()).filter(r -> segment.weights().contains(compute.operands().get(r))
                        && uses(compute.equation().reads().get(r), axis)).mapToObj(compute.operands()::get).forEach(weights::add);
            }
        }
        return weights;
    }

    private static boolean uses(Access read, int axis) {
        return read.subscripts().stream().anyMatch(subscript -> subscript.uses(axis));
    }
}
