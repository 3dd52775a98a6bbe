package pleat.passes.schedule;

import java.util.Comparator;
import java.util.List;
import pleat.ir.index.Axis;
import pleat.ir.tensor.Op.Compute;

/** Names the line of a model that a kernel mainly computes. */
final class Sources {
    private Sources() {}

    /** The location of the equation with the largest box; empty if none has a location. */
    static String of(List<Compute> ops) {
        return ops.stream().filter(op -> op.location().isKnown()).max(Comparator.comparingDouble(Sources::points))
                .map(op -> op.location().toString()).orElse("");
    }

    private static double points(Compute op) {
        return op.equation().axes().stream().map(Axis::extent).mapToDouble(d -> d.known()).reduce(1, (a, b) -> a * b);
    }
}
