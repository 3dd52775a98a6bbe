package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import pleat.ir.index.Access;
import pleat.ir.index.Reduction;
import pleat.ir.kernel.TileOp;

/** One step of the lowered tile program: what is read from where, and in which memory the result goes. */
sealed interface Step {

    /** {@code target[axes] = value}. */
    record Fill(ImmutableList<Integer> axes, Expression value, Home target) implements Step {}

    /** {@code target[axes] = init combined with the reduction of value over the other axes}. */
    record Reduce(Reduction reduction, Domain domain, Expression value, Optional<Expression> init, Home target) implements Step {}

    /**
     * The points of a reduction.
     *
     * @param reduced in the order of the operands' dims
     */
    record Domain(ImmutableList<Integer> axes, ImmutableList<Integer> reduced, Order order) {
        /** The axes that vectors may go along. */
        List<Integer> along() {
            return switch (order) {
                case FREE -> Stream.concat(axes.stream(), reduced.stream()).toList();
                case ROW -> List.of(reduced.getLast());
                case TERMS, PRODUCTS -> axes;
            };
        }

        Domain within(ImmutableList<Integer> some) {
            return new Domain(some, reduced, order);
        }
    }

    /** In which order terms are combined. See Note [The same sum everywhere] in ReduceText. */
    enum Order {
        /** In any: a maximum is the same. */
        FREE,
        /** In vectors along the last reduced axis. */
        ROW,
        /** One after the other. */
        TERMS,
        /** One after the other, and a product is not rounded before it is added: what register tiles do. */
        PRODUCTS
    }

    /** A reduction over a value that is made at the same time: the fill's target is a leaf of the reduction's value. */
    record FillReduce(Fill fill, Reduce reduce) implements Step {}

    /** A sum of products by register tiles. */
    record Multiply(Product product) implements Step {}

    /** Brings the vector side of a product into panels. */
    record Pack(Packing packing) implements Step {}

    /** {@code buffer[access] = value}. */
    record Write(ImmutableList<Integer> axes, Expression value, int buffer, Access access) implements Step {}

    /** Makes the copy of a block that reaches over the border of its buffer; does nothing for other blocks. */
    record Border(ImmutableList<Integer> axes, Leaf.Windowed window) implements Step {}

    /** Adds to each row of the target the updates that name it. */
    record Scatter(TileOp.Scatter op, Home target) implements Step {}

    /** Runs the steps for each point of some axes, so that what one makes is still near when the next reads it. */
    record Rows(ImmutableList<Integer> axes, ImmutableList<Step> body) implements Step {}

    /** Runs the steps for each block of an axis. */
    record Loop(int axis, ImmutableList<Step> body) implements Step {}
}
