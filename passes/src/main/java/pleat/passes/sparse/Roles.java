package pleat.passes.sparse;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import pleat.ir.index.Access;
import pleat.ir.index.Index;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;

/**
 * Which axis of an equation counts rows and which one keys, by position; -1: none does.
 */
record Roles(int row, int key) {
    static final int NONE = -1;

    /** The dims of a value that run along rows and keys; -1 where none does. */
    record Dims(int row, int key) {
        boolean isKeyed() {
            return key != NONE;
        }
    }

    /** The dims of the result that the two axes write; empty if one of them writes a place together with others. */
    Optional<Dims> written(Op.Compute op) {
        var write = op.equation().write();
        int rowDim = dim(write, row);
        int keyDim = dim(write, key);
        boolean isPlain = (rowDim == NONE) == !uses(write, row) && (keyDim == NONE) == !uses(write, key);
        return isPlain ? Optional.of(new Dims(rowDim, keyDim)) : Optional.empty();
    }

    private static boolean uses(Access access, int axis) {
        return axis != NONE && access.uses(axis);
    }

    private static int dim(Access access, int axis) {
        var found = IntStream.range(0, access.rank()).filter(d -> axis != NONE && access.subscripts().get(d).equals(Index.axis(axis))).toArray();
        return found.length == 1 ? found[0] : NONE;
    }

    /** The roles of a reader's axes that follow from one of its reads; empty if the read moves or mixes rows or keys. */
    static Optional<Roles> ofReader(Access access, Dims dims) {
        var row = axisAt(access, dims.row());
        var key = axisAt(access, dims.key());
        boolean isPlain = !access.guarded() && (dims.row() == NONE || row.isPresent()) && (dims.key() == NONE || key.isPresent());
        return isPlain ? Optional.of(new Roles(row.orElse(NONE), key.orElse(NONE))) : Optional.empty();
    }

    private static OptionalInt axisAt(Access access, int dim) {
        return dim == NONE ? OptionalInt.empty() : access.subscripts().get(dim).bareAxis();
    }

    /** The dims of an operand that these axes read, if they read each alone. */
    Optional<Dims> read(Access access, Value operand) {
        int rowDim = dim(access, row);
        int keyDim = dim(access, key);
        boolean isPlain = !access.guarded() && (row == NONE || rowDim != NONE) && (key == NONE || keyDim != NONE);
        return isPlain ? Optional.of(new Dims(rowDim, keyDim)) : Optional.empty();
    }
}
