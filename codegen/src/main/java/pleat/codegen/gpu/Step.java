package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import pleat.ir.index.Access;
import pleat.ir.index.Reduction;
import pleat.ir.kernel.TileOp;

/** What the threads of a block do together. Between two steps they wait for each other where one needs what the other made. */
sealed interface Step {

    /** Computes a tile. */
    record Fill(ImmutableList<Integer> axes, Expression value, Home home) implements Step {}

    /** Computes a tile and stores it in a buffer. */
    record Write(ImmutableList<Integer> axes, Expression value, int buffer, Access access) implements Step {}

    /**
     * Computes a tile by a reduction.
     *
     * @param init what it starts from; empty: the identity
     */
    record Reduce(Reduction reduction, Domain domain, Expression value, Optional<Expression> init, Home home) implements Step {}

    /** The axes of a result, and those that are reduced. */
    record Domain(ImmutableList<Integer> axes, ImmutableList<Integer> reduced) {}

    /** Computes a tile as a product of matrices, and what follows from it. */
    record Multiply(Product product, Optional<Expression> init, Epilogue epilogue) implements Step {}

    /** Sums rows that data chooses. */
    record Scatter(TileOp.Scatter op, Home home) implements Step {}

    /** Runs steps for each block of an axis, in order. */
    record Loop(int axis, ImmutableList<Step> body) implements Step {}
}
