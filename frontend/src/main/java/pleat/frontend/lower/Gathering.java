package pleat.frontend.lower;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Location;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/** Rows of a tensor chosen by data, along any of its dims. */
final class Gathering {
    private Gathering() {}

    /** {@code result[i..., rest] = table[rest with rows[i...] at dim]}: the dims of {@code rows} come first. */
    static Value gather(Value table, int dim, Value rows, FunctionBuilder builder, Location location) {
        var front = dim == 0 ? table : toFront(table, dim, builder, location);
        var dims = new ArrayList<Dim>(rows.type().dims());
        dims.addAll(front.type().dims().subList(1, front.type().rank()));
        var result = new Value("gathered", TensorType.of(table.type().dtype(), dims));
        return builder.emit(new Op.Gather(result, front, rows, location));
    }

    /** The op gathers along dim 0. */
    private static Value toFront(Value table, int dim, FunctionBuilder builder, Location location) {
        var dims = table.type().dims();
        List<Integer> order = new ArrayList<>(IntStream.range(0, dims.size()).boxed().toList());
        order.remove(dim);
        order.addFirst(dim);
        var axes = order.stream().map(d -> new Axis("d" + d, dims.get(d))).toList();
        var read = Access.bare(IntStream.range(0, dims.size()).map(order::indexOf).toArray());
        var equation = Equation.of(axes, axes.size(), List.of(read), Reduction.NONE, Scalar.read(0));
        var type = TensorType.of(table.type().dtype(), order.stream().map(dims::get).toList());
        return builder.emit(new Op.Compute(new Value(table.name() + ".front", type), equation, ImmutableList.of(table),
                location));
    }
}
