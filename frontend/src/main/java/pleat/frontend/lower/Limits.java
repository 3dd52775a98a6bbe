package pleat.frontend.lower;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import pleat.ir.index.Axis;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.type.DType;
import pleat.ir.type.Dim;

/** What is too large to be addressed or counted: later stages compute bytes and operations in 64 bits without looking. */
final class Limits {
    private static final double MAX_BYTES = 0x1p60;
    private static final double MAX_POINTS = 0x1p60;
    /** Of a repetition. */
    static final long MAX_TURNS = 1_000_000;

    private Limits() {}

    /** Whether a tensor of these dims can be addressed. */
    static boolean fits(List<Dim> dims, DType dtype) {
        return product(dims.stream()) * dtype.bytes() < MAX_BYTES;
    }

    /** The first thing among some ops and weights that is too large, as a message. */
    static Optional<String> exceeded(List<Op> ops, List<Value> weights) {
        var values = Stream.concat(weights.stream(), ops.stream().flatMap(op -> op.results().stream()));
        var value = values.filter(result -> !fits(result.type().dims(), result.type().dtype())).findFirst();
        if (value.isPresent()) {
            return value.map(large -> "`" + large.name() + "` is `" + large.type() + "`, which is more than 2^60 bytes");
        }
        return ops.stream().filter(op -> op instanceof Op.Compute compute
                && product(compute.equation().axes().stream().map(Axis::extent)) >= MAX_POINTS).findFirst()
                .map(op -> "the equation of `" + op.results().getFirst().name() + "` has more than 2^60 points");
    }

    private static double product(Stream<Dim> dims) {
        return dims.mapToDouble(dim -> dim instanceof Dim.Const(long extent) ? extent : 1).reduce(1, (a, b) -> a * b);
    }
}
