package pleat.ir.tensor;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.List;
import pleat.ir.index.Equation;
import pleat.ir.mesh.Transfer;

/**
 * One step of a function. {@link Compute} is the only structured op; {@link Call} and {@link Repeat} are structure; the rest has no
 * equation, and every derivation answers for each of them in a {@code switch} without {@code default}.
 */
public sealed interface Op {
    ImmutableList<Value> operands();

    ImmutableList<Value> results();

    Location location();

    /** An equation over tensors; operand r is what read r of the equation reads. */
    record Compute(Value result, Equation equation, ImmutableList<Value> operands, Location location) implements Op {
        public Compute {
            checkArgument(operands.size() == equation.reads().size(), "%s operands for %s reads", operands.size(), equation.reads().size());
        }

        @Override
        public ImmutableList<Value> results() {
            return ImmutableList.of(result);
        }
    }

    /** Applies a function of the same module. */
    record Call(ImmutableList<Value> results, String callee, ImmutableList<Value> operands, Location location) implements Op {}

    /**
     * Applies function {@code body} {@code count} times (the scan of functional languages). The body's parameters are, in order: the carried
     * values, the invariant ones, one slice (first dim dropped) of each sliced one. It returns the next carried values, then what is
     * collected. Results of the op: the last carried values, then each collected value with a leading dim of {@code count}.
     */
    record Repeat(ImmutableList<Value> results, Body body, ImmutableList<Value> carried, ImmutableList<Value> invariant,
            ImmutableList<Value> sliced, Location location) implements Op {

        /**
         * @param callee the function that is repeated
         * @param reversed iterations run from {@code count - 1} down to 0; slices and collected values keep their positions
         */
        public record Body(String callee, long count, boolean reversed) {}

        @Override
        public ImmutableList<Value> operands() {
            return ImmutableList.<Value>builder().addAll(carried).addAll(invariant).addAll(sliced).build();
        }
    }

    /**
     * {@code result[i..., rest] = table[indices[i...], rest]}: rows of {@code table} (along dim 0) chosen by data. An index outside the
     * table yields a row of zeros.
     */
    record Gather(Value result, Value table, Value indices, Location location) implements Op {
        @Override
        public ImmutableList<Value> operands() {
            return ImmutableList.of(table, indices);
        }

        @Override
        public ImmutableList<Value> results() {
            return ImmutableList.of(result);
        }
    }

    /** Adjoint of {@link Gather}: {@code result[k, rest] = sum of updates[i..., rest] over all i... with indices[i...] = k}. */
    record ScatterAdd(Value result, Value updates, Value indices, Location location) implements Op {
        @Override
        public ImmutableList<Value> operands() {
            return ImmutableList.of(updates, indices);
        }

        @Override
        public ImmutableList<Value> results() {
            return ImmutableList.of(result);
        }
    }

    /**
     * Uniform random numbers in [0, 1) from the counter-based generator Philox-4x32-10 (Salmon et al. 2011), keyed by {@code seed} (an i64
     * scalar) and {@code stream}; the counter is the element's row-major position in the whole tensor, so any sharding draws the same
     * numbers.
     *
     * @param cuts the dims of which the result is a part, by dim; empty if it is the whole tensor
     */
    record Random(Value result, Value seed, long stream, ImmutableList<Cut> cuts, Location location) implements Op {
        /**
         * Of dim {@code dim} of a tensor, only a part.
         *
         * @param start the first position of the part
         * @param extent of the whole dim
         */
        public record Cut(int dim, long start, long extent) {}

        /** A whole tensor. */
        public Random(Value result, Value seed, long stream, Location location) {
            this(result, seed, stream, ImmutableList.of(), location);
        }

        /** The position in the whole tensor of an element of the result: {@code offset + sum(strides[d] * index[d])}. */
        public RowMajor positions() {
            long[] shape = result.type().shape();
            long[] start = new long[shape.length];
            for (Cut cut : cuts) {
                shape[cut.dim()] = cut.extent();
                start[cut.dim()] = cut.start();
            }
            return RowMajor.of(shape, start);
        }

        @Override
        public ImmutableList<Value> operands() {
            return ImmutableList.of(seed);
        }

        @Override
        public ImmutableList<Value> results() {
            return ImmutableList.of(result);
        }
    }

    /**
     * What the devices along a mesh axis do together; all devices of the mesh reach the same collectives in the same order. The module's
     * header says which device this is.
     */
    record Collective(Value result, Transfer transfer, Value operand, Location location) implements Op {
        @Override
        public ImmutableList<Value> operands() {
            return ImmutableList.of(operand);
        }

        @Override
        public ImmutableList<Value> results() {
            return ImmutableList.of(result);
        }
    }

    static Compute compute(Value result, Equation equation, List<Value> operands) {
        return new Compute(result, equation, ImmutableList.copyOf(operands), Location.UNKNOWN);
    }
}
