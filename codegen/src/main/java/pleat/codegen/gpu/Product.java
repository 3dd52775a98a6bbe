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
        BF16(2),
        /** Each number as a sum of two that the units know, and three products of them: nearly f32. */
        TF32_TWICE(1);

        /** Neighbours along the depth in a word of shared memory. */
        final int depthOfWord;

        Fragments(int depthOfWord) {
            this.depthOfWord = depthOfWord;
        }
    }

    /** Below these a matrix unit has too little to do. */
    private static final long LEAST_ROWS = 4;
    private static final long LEAST_COLUMNS = 4;
    private static final long LEAST_DEPTH = 4;

    /** The product that a reduction is; empty if it is none, or one that matrix units are not for. */
    static Optional<Product> of(Kernel kernel, Reduction reduction, Step.Domain domain, Expression value) {
        if (!(reduction instanceof Reduction.Sum) || !(value.body() instanceof Scalar.Binary(var fn, Scalar left, Scalar right)) || fn != Scalar.Fn2.MUL) {
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
        return isWhole && isLarge ? Optional.of(new Product(factors, axes, fragments(kernel, value))) : Optional.empty();
    }

    static Fragments fragments(Kernel kernel, Expression value) {
        var dtypes = new ArrayList<DType>();
        value.eachBuffer(buffer -> dtypes.add(kernel.parameters().get(buffer).type().dtype()));
        return dtypes.contains(DType.BF16) && !dtypes.contains(DType.F32) ? Fragments.BF16 : Fragments.TF32_TWICE;
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

    /** Parts of the factors that are in shared memory at a time: so many as are given, if one can arrive while another is multiplied. */
    int stages(Kernel kernel, int most) {
        boolean isOne = room(kernel, axes.depth) <= depthAtOnce() && axes.walked.stream().allMatch(axis -> kernel.axes().get(axis).blocks() <= 1);
        return !isOne && copies(kernel) ? most : 1;
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
