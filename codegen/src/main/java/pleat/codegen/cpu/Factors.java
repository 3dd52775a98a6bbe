package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import java.util.function.Predicate;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.kernel.Tile;
import pleat.ir.kernel.TileOp;

/**
 * A sum of products of two tiles, its axes sorted by the part they play in a matrix product.
 *
 * @param left whose own axes are rows
 * @param right whose own axes are columns
 */
record Factors(Tile left, Tile right, Parts parts) {

    /** Each in the order of the tile that the axes were found in; axes of a single position are left out. */
    record Parts(ImmutableList<Integer> batch, ImmutableList<Integer> rows, ImmutableList<Integer> columns, ImmutableList<Integer> summed) {}

    /** The product that a step is; empty for every other step, and for products without a sum. */
    static Optional<Factors> of(TileOp.Compute op, BlockSpace space) {
        if (!isSumOfProducts(op)) {
            return Optional.empty();
        }
        var factors = of(op.result(), op.operands().get(0), op.operands().get(1), space);
        boolean coversResult = factors.parts.batch.size() + factors.parts.rows.size() + factors.parts.columns.size() == op.result().axes().stream()
                .filter(a -> !space.isSingle(a)).count();
        return coversResult ? Optional.of(factors) : Optional.empty();
    }

    private static boolean isSumOfProducts(TileOp.Compute op) {
        return op.reduction() instanceof Reduction.Sum && op.operands().size() == 2
                && op.body() instanceof Scalar.Binary(Scalar.Fn2 fn, Scalar.Read(int l), Scalar.Read(int r)) && fn == Scalar.Fn2.MUL && l != r;
    }

    /** Whether a step is a product of matrices, however small its blocks are in this kernel. */
    static boolean isMatrix(TileOp.Compute op, BlockSpace space) {
        return isSumOfProducts(op) && hasOwn(op.operands().get(0), op.operands().get(1), space) && hasOwn(op.operands().get(1), op.operands().get(0), space);
    }

    private static boolean hasOwn(Tile tile, Tile other, BlockSpace space) {
        return tile.axes().stream().anyMatch(axis -> space.axes().get(axis).extent() > 1 && !other.axes().contains(axis));
    }

    private static Factors of(Tile result, Tile left, Tile right, BlockSpace space) {
        Predicate<Integer> inLeft = left.axes()::contains;
        Predicate<Integer> inRight = right.axes()::contains;
        Predicate<Integer> inResult = result.axes()::contains;
        var both = ImmutableList.<Integer>builder().addAll(left.axes()).addAll(right.axes().stream().filter(inLeft.negate()).toList()).build();
        var batch = select(result.axes(), inLeft.and(inRight), space);
        var rows = select(result.axes(), inLeft.and(inRight.negate()), space);
        var columns = select(result.axes(), inRight.and(inLeft.negate()), space);
        return new Factors(left, right, new Parts(batch, rows, columns, select(both, inResult.negate(), space)));
    }

    private static ImmutableList<Integer> select(ImmutableList<Integer> axes, Predicate<Integer> which, BlockSpace space) {
        return axes.stream().filter(which).filter(a -> !space.isSingle(a)).collect(ImmutableList.toImmutableList());
    }

    /** The same product with the factors' parts exchanged. */
    Factors swapped() {
        return new Factors(right, left, new Parts(parts.batch, parts.columns, parts.rows, parts.summed));
    }

    Factors withColumns(ImmutableList<Integer> columns) {
        return new Factors(left, right, new Parts(parts.batch, parts.rows, columns, parts.summed));
    }
}
