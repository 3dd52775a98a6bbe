package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.passes.machine.Primitive;

/**
 * One way to split a cluster over the mesh.
 *
 * @param splits for each mesh axis the class of axes that is split, or -1 where every rank computes all
 * @param scatters for each mesh axis the dim over which a partial result is scattered, or -1 where it is combined for all
 * @param lies how each value lies: results as they are made, moving values and weights as they are wanted
 * @param transfers what is sent inside the cluster
 * @param points for each member the points of its box on the rank that has most
 */
record Strategy(ImmutableList<Integer> splits, ImmutableList<Integer> scatters, ImmutableMap<Value, Layout> lies,
        ImmutableList<Transfer> transfers, ImmutableList<Long> points) {

    /**
     * What is sent for one value.
     *
     * @param member position of the op whose computation brings it about
     * @param before how the value lies, or each rank's part of a sum
     * @param elements of the tensor that the ranks along the mesh axis have together
     */
    record Transfer(Value value, int member, int meshAxis, Optional<Primitive> forward, Optional<Primitive> backward, Layout before, Layout after, long elements) {}

    Layout of(Value value) {
        return lies.get(value);
    }

    /** For people: the names of the axes that are split. */
    String text(Cluster cluster) {
        return IntStream.range(0, splits.size()).mapToObj(a -> splits.get(a) < 0 ? "-" : name(cluster, splits.get(a))
                + (scatters.get(a) < 0 ? "" : ">" + scatters.get(a))).collect(Collectors.joining(" / "));
    }

    private static String name(Cluster cluster, int axisClass) {
        var member = cluster.members().reversed().stream().filter(m -> m.axis(axisClass) >= 0).findFirst().orElseThrow();
        return switch (member.op()) {
            case Op.Compute compute -> compute.equation().axes().get(member.axis(axisClass)).name();
            case Op.Gather _, Op.ScatterAdd _, Op.Random _, Op.Collective _, Op.Call _, Op.Repeat _ -> "dim " + member.axis(axisClass);
        };
    }
}
