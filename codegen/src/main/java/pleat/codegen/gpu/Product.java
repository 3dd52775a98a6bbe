package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import pleat.ir.index.Access;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.Tile;
import pleat.ir.kernel.TileOp;
import pleat.ir.lane.Opcode;
import pleat.ir.type.DType;

/**
 * A sum of products as a product of matrices, done for each point of {@code batch}: {@code left[rows, depth] * right[columns, depth]}, whatever expressions
 * the two are.
 */
record Product(Factors factors, Axes axes, Fragments fragments) {

    record Factors(Expression left, Expression right) {}

    /**
     * Kernel axes; the last of each goes fastest.
     *
     * @param walked axes, also of the depth, all blocks of which are gone through, outermost first; of others the present block is meant
     */
    record Axes(ImmutableList<Integer> batch, ImmutableList<Integer> rows, ImmutableList<Integer> columns, ImmutableList<Integer> depth,
            ImmutableList<Integer> walked) {}

    /** What matrix units are given. */
    enum Fragments {
        /** Numbers stored in 16 bits; what is computed on chip is rounded to as many. */
        BF16(2, DType.BF16),
        /** The same, where all that is computed is in the range of what is stored. */
        F16(2, DType.F16),
        /** Numbers stored as f16, and others that may be beyond its range: all of them rounded to as many digits, with the range of f32. */
        TF32(1, DType.F32),
        /** Each number as a sum of two that the units know, and three products of them: nearly f32. */
        TF32_TWICE(1, DType.F32);

        /** Neighbours along the depth in a word of shared memory. */
        final int depthOfWord;
        /** As which numbers lie in shared memory. */
        final DType staged;

        Fragments(int depthOfWord, DType staged) {
            this.depthOfWord = depthOfWord;
            this.staged = staged;
        }

        /** Whether units are given 16 bits of a number. */
        boolean areHalves() {
            return depthOfWord == 2;
        }

        /** Makes a word of two numbers. */
        Opcode pack() {
            return switch (this) {
                case BF16 -> Opcode.PACK_BF16;
                case F16 -> Opcode.PACK_F16;
                case TF32, TF32_TWICE -> throw new IllegalStateException("a number of " + this + " is a word");
            };
        }

        /** What a warp's unit does. */
        Opcode multiply() {
            return switch (this) {
                case BF16 -> Opcode.MMA_16816_BF16;
                case F16 -> Opcode.MMA_16816_F16;
                case TF32, TF32_TWICE -> Opcode.MMA_1688_TF32;
            };
        }
    }

    /** Below these a matrix unit has too little to do. */
    private static final long LEAST_ROWS = 4;
    private static final long LEAST_COLUMNS = 4;
    private static final long LEAST_DEPTH = 4;

    /** The product that a reduction is; empty if it is none, or one that matrix units are not for. */
    static Optional<Product> of(Kernel kernel, TileOp.Compute op, Step.Domain domain, Expression value) {
        if (!(op.reduction() instanceof Reduction.Sum) || !(value.body() instanceof Scalar.Binary(var fn, Scalar left, Scalar right)) || fn != Scalar.Fn2.MUL) {
            return Optional.empty();
        }
        var near = ResultHomes.last(kernel, domain.axes());
        var given = new Factors(part(value, left), part(value, right));
        // Results that are neighbours in a thread are neighbours in memory.
        boolean isTurned = near.isPresent() && !axes(given.right()).contains(near.getAsInt());
        var factors = isTurned ? new Factors(given.right(), given.left()) : given;
        var ofLeft = axes(factors.left());
        var ofRight = axes(factors.right());
        var axes = new Axes(common(domain.axes(), ofLeft, ofRight), only(domain.axes(), ofLeft, ofRight), only(domain.axes(), ofRight, ofLeft),
                common(domain.reduced(), ofLeft, ofRight), ImmutableList.of());
        boolean isWhole = axes.batch.size() + axes.rows.size() + axes.columns.size() == domain.axes().size() && axes.depth.size() == domain.reduced().size();
        boolean isLarge = room(kernel, axes.rows) >= LEAST_ROWS && room(kernel, axes.columns) >= LEAST_COLUMNS && room(kernel, axes.depth) >= LEAST_DEPTH;
        return isWhole && isLarge ? Optional.of(new Product(factors, axes, fragments(kernel, op, value))) : Optional.empty();
    }

    /** @param value what the op sums */
    static Fragments fragments(Kernel kernel, TileOp.Compute op, Expression value) {
        var dtypes = new ArrayList<DType>();
        value.eachBuffer(buffer -> dtypes.add(kernel.parameters().get(buffer).type().dtype()));
        boolean hasBf16 = dtypes.contains(DType.BF16);
        boolean hasF16 = dtypes.contains(DType.F16);
        if (hasBf16 == hasF16 || dtypes.contains(DType.F32)) {
            return Fragments.TF32_TWICE;
        }
        return hasBf16 ? Fragments.BF16 : LargeTiles.of(kernel).areFactorsOf(op) ? Fragments.TF32 : Fragments.F16;
    }

    /** The same of all blocks of an axis that it is summed along. */
    Product through(int axis) {
        return new Product(factors, new Axes(axes.batch, axes.rows, axes.columns, axes.depth, Step.Domain.outside(axis, axes.walked)), fragments);
    }

    /** Numbers along the depth that are staged at once. */
    int depthAtOnce() {
        return WarpTiles.WORDS * fragments.depthOfWord;
    }

    /** Whether something of the factors is copied as it is, and arrives later. */
    boolean copies(Kernel kernel) {
        return StagedFactors.of(kernel, this).copies(kernel, this);
    }

    /** Parts of the factors that are in shared memory at a time: so many as are given or there are, if some can arrive while another is multiplied. */
    int stages(Kernel kernel, int most) {
        long blocks = axes.walked.stream().mapToLong(axis -> Math.max(1, kernel.axes().get(axis).blocks())).reduce(1, Math::multiplyExact);
        long parts = Math.multiplyExact(blocks, Math.ceilDiv(room(kernel, axes.depth), (long) depthAtOnce()));
        return copies(kernel) ? Math.toIntExact(Math.min(most, parts)) : 1;
    }

    private static long room(Kernel kernel, List<Integer> axes) {
        return axes.stream().map(kernel.axes()::get).mapToLong(a -> Math.min(a.block(), a.extent())).reduce(1, Math::multiplyExact);
    }

    static Expression part(Expression whole, Scalar body) {
        return Expression.compose(body, read -> Expression.of(whole.leaves().get(read)));
    }

    private static ImmutableList<Integer> common(List<Integer> of, Set<Integer> one, Set<Integer> other) {
        return of.stream().filter(axis -> one.contains(axis) && other.contains(axis)).collect(ImmutableList.toImmutableList());
    }

    private static ImmutableList<Integer> only(List<Integer> of, Set<Integer> one, Set<Integer> other) {
        return of.stream().filter(axis -> one.contains(axis) && !other.contains(axis)).collect(ImmutableList.toImmutableList());
    }

    static Set<Integer> axes(Expression value) {
        var axes = new LinkedHashSet<Integer>();
        value.body().visit(node -> {
            if (node instanceof Scalar.Position(int axis)) {
                axes.add(axis);
            }
        });
        for (Leaf leaf : value.leaves()) {
            switch (leaf) {
                case Leaf.InHome(Home home) -> axes.addAll(home.axes());
                case Leaf.InBuffer(_, Access access) -> add(access, axes);
                case Leaf.InRow(_, Expression row, Access access) -> {
                    axes.addAll(axes(row));
                    add(access, axes);
                }
                case Leaf.Drawn(_, _, Index position) -> add(Access.of(position), axes);
                case Leaf.InRegisters(Tile tile) -> axes.addAll(tile.axes());
            }
        }
        return axes;
    }

    private static void add(Access access, Set<Integer> axes) {
        access.subscripts().forEach(index -> index.terms().forEach(term -> axes.add(term.axis())));
    }
}
