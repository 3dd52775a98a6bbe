package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.stream.Stream;
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
    record Reduce(Reduction reduction, Domain domain, Expression value, Optional<Expression> init, Into into) implements Step {}

    /**
     * Where results go.
     *
     * @param parts what threads that share a result found, each; empty if none do, or tell each other in registers
     */
    record Into(Home home, Optional<Home> parts) {}

    /**
     * The axes of a result, and those that are reduced.
     *
     * @param walked of these, those all blocks of which are gone through, outermost first; of others the present block is meant
     */
    record Domain(ImmutableList<Integer> axes, ImmutableList<Integer> reduced, ImmutableList<Integer> walked) {
        Domain through(int axis) {
            return new Domain(axes, reduced, outside(axis, walked));
        }

        static ImmutableList<Integer> outside(int axis, ImmutableList<Integer> walked) {
            return ImmutableList.<Integer>builder().add(axis).addAll(walked).build();
        }
    }

    /** Computes a tile as a product of matrices, and what follows from it. */
    record Multiply(Product product, Optional<Expression> init, Epilogue epilogue) implements Step {}

    /** Sums rows that data chooses. */
    record Scatter(TileOp.Scatter op, Home home) implements Step {}

    /**
     * Fills, reductions and writes of the same rows, done row by row: lanes keep what they have of a row from one to the next.
     *
     * @param rows axes of what has one number a row
     * @param columns what the reductions reduce, the nearest last; those that others have beside the rows. Where nothing is reduced, the nearest axis alone
     * @param stored tiles that other steps read too; the others have no memory
     */
    record Rows(ImmutableList<Integer> rows, ImmutableList<Integer> columns, ImmutableList<Step> steps, ImmutableSet<Home> stored) implements Step {
        boolean isReduced() {
            return steps.stream().anyMatch(Reduce.class::isInstance);
        }

        /** Of all its steps, except tiles that it makes itself. */
        Stream<Home> reads() {
            var made = Collections.newSetFromMap(new IdentityHashMap<Home, Boolean>());
            steps.stream().flatMap(HomePlaces::writes).forEach(made::add);
            return steps.stream().flatMap(HomePlaces::reads).filter(home -> !made.contains(home)).distinct();
        }
    }

    /** Runs steps for each block of an axis, in order. */
    record Loop(int axis, ImmutableList<Step> body) implements Step {}
}
