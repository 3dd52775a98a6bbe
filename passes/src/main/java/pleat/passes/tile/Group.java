package pleat.passes.tile;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import pleat.ir.tensor.Op.Compute;
import pleat.ir.tensor.Value;

/**
 * Equations that become one kernel, in an order in which they can be computed.
 *
 * @param escaping results that somebody outside the group reads
 */
record Group(ImmutableList<Compute> ops, AxisClasses classes, ImmutableSet<Value> escaping) {

    static Optional<Group> of(List<Compute> ops, Set<Value> escaping) {
        var own = new LinkedHashSet<Value>();
        ops.forEach(op -> own.add(op.result()));
        own.retainAll(escaping);
        return AxisClasses.of(ops).map(classes -> new Group(ImmutableList.copyOf(ops), classes, ImmutableSet.copyOf(own)));
    }

    /** Position of the equation that makes each value of the group. */
    Map<Value, Integer> producers() {
        var producers = new LinkedHashMap<Value, Integer>();
        for (int o = 0; o < ops.size(); o++) {
            producers.put(ops.get(o).result(), o);
        }
        return producers;
    }

    /** The contraction that equation {@code op} is, with its axes as classes; empty if it is none. */
    Optional<Contraction.Axes> contraction(int op) {
        return Contraction.of(ops.get(op).equation()).map(c -> new Contraction.Axes(toClasses(op, c.axes().batch()),
                toClasses(op, c.axes().rows()), toClasses(op, c.axes().columns()), toClasses(op, c.axes().contracted())));
    }

    /** Classes that are batch axes of a contraction. */
    ImmutableSet<Integer> batchClasses() {
        var batch = ImmutableSet.<Integer>builder();
        for (int o = 0; o < ops.size(); o++) {
            contraction(o).ifPresent(axes -> batch.addAll(axes.batch()));
        }
        return batch.build();
    }

    private ImmutableSet<Integer> toClasses(int op, Set<Integer> axes) {
        return axes.stream().map(axis -> classes.of(op, axis)).collect(ImmutableSet.toImmutableSet());
    }
}
