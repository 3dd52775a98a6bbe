package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import java.util.OptionalInt;
import pleat.ir.kernel.Kernel;

/**
 * How a factor of a product lies in shared memory while it is multiplied. Upright, a line is a row of the factor (of the right one: a column), with
 * neighbours along the depth side by side. Turned, a line is a position of the depth, with neighbouring rows side by side: so it comes, 16 bytes at a time,
 * where its rows are neighbours in memory.
 *
 * @param axes that count rows
 * @param near kernel axis along which the rows of a turned factor are neighbours; empty if it is upright
 */
record Factor(Product.Fragments fragments, Expression value, ImmutableList<Integer> axes, OptionalInt near) {
    /** Words of 16 bytes. */
    static final int GROUP = ResultHomes.GROUP;
    private static final int BANK_GROUPS = 8;

    static Factor of(Kernel kernel, Product product, Expression value, ImmutableList<Integer> axes) {
        var near = ResultHomes.last(kernel, axes);
        boolean isUpright = near.isEmpty() || WideReads.of(kernel, product, value).isPresent() || !isTurned(kernel, product, value, near.getAsInt());
        return new Factor(product.fragments(), value, axes, isUpright ? OptionalInt.empty() : near);
    }

    /** Whether all that is read lies closer together along an axis than along the depth, and four neighbours at a time. */
    private static boolean isTurned(Kernel kernel, Product product, Expression value, int axis) {
        var leaves = value.leaves().stream().filter(leaf -> !LeafDistances.isSame(leaf, axis)).toList();
        return !leaves.isEmpty() && ResultHomes.isWhole(kernel, axis) && leaves.stream().allMatch(leaf -> hasGroups(kernel, leaf, axis)
                && product.axes().depth().stream().allMatch(of -> LeafDistances.of(kernel, leaf, of) != 1 || ResultHomes.room(kernel, of) == 1));
    }

    private static boolean hasGroups(Kernel kernel, Leaf leaf, int axis) {
        return leaf instanceof Leaf.InHome(Home home) && ResultHomes.hasGroups(kernel, home, axis, GROUP)
                || leaf instanceof Leaf.InBuffer buffer && WideReads.hasGroups(kernel, buffer, axis);
    }

    boolean isTurned() {
        return near.isPresent();
    }

    /** The leaf that it is, if nothing is computed from it and it can be copied as it lies. */
    Optional<Leaf.InBuffer> copied(Kernel kernel, Product product) {
        return near.isPresent() ? WideReads.of(kernel, fragments, value, near.getAsInt()) : WideReads.of(kernel, product, value);
    }

    /** Whether a unit's rows are those of memory, and not in the order of {@link WarpTiles#row}: what is turned 16 bits at a time comes eight rows at once. */
    boolean keepsOrder() {
        return isTurned() && fragments.areHalves();
    }

    int numberBytes() {
        return Integer.BYTES / fragments.depthOfWord;
    }

    /** Lines of a part, if a panel has so many rows. */
    int lines(int rows) {
        return isTurned() ? WarpTiles.WORDS * fragments.depthOfWord : rows;
    }

    /** Groups of 16 bytes in a line. */
    int groups(int rows) {
        return isTurned() ? rows * numberBytes() / WideReads.BYTES : WarpTiles.WORDS / GROUP;
    }

    /** Bytes from line to line: eight lines at one group lie in all banks, and four lines at eight turned numbers of 32 bits, which are read one by one. */
    int pitch(int rows) {
        return (groups(rows) + (isTurned() && !fragments.areHalves() ? 2 : 1)) * WideReads.BYTES;
    }

    int bytes(int rows) {
        return lines(rows) * pitch(rows);
    }

    /** How far apart lines are that eight neighbouring threads take together where a line has fewer than eight groups: these lie in all banks then. */
    int stride(int rows) {
        return Math.max(1, groups(rows) / Integer.lowestOneBit(pitch(rows) / WideReads.BYTES));
    }

    /** Lines that eight neighbouring threads take together. */
    int linesAtOnce(int rows) {
        return Math.max(1, BANK_GROUPS / groups(rows));
    }
}
