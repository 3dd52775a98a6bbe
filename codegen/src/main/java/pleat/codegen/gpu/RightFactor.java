package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import pleat.ir.index.Access;
import pleat.ir.index.Scalar;
import pleat.ir.kernel.Kernel;

/**
 * How a right factor of a {@link Band} lies in shared memory: lines of words, a word an f32 or half of one, as fragments want them. See Note [Lines].
 *
 * @param units those that multiply it
 * @param copied what is copied as it is, 16 bytes at a time, where buffers begin at multiples of that
 */
record RightFactor(Expression value, Product.Fragments units, Lines in, Optional<Leaf.InBuffer> copied) {
    private static final int PART_BYTES = 16 << 10;
    /** What memory gives at once. */
    static final int ROW_BYTES = 128;

    /**
     * Lines of words.
     *
     * @param lines axes of the lines, which are columns or depth; the last goes fastest
     * @param words axes of what is in a line
     * @param isByDepth whether lines are depth
     * @param pitch words of a line
     * @param count lines in all
     */
    record Lines(ImmutableList<Integer> lines, ImmutableList<Integer> words, boolean isByDepth, int pitch, int count) {}

    static RightFactor of(BlockAxes axes, Kernel kernel, Expression value, Product.Fragments units, Sides sides) {
        var fragments = fragments(units);
        boolean isByDepth = isNearer(kernel, value, sides.columns, sides.depth);
        var lines = isByDepth ? sides.depth : sides.columns;
        var words = isByDepth ? sides.columns : sides.depth;
        var copied = words.isEmpty() ? Optional.<Leaf.InBuffer>empty() : copied(kernel, value, fragments, words.getLast());
        int atOnce = linesOfUnit(fragments);
        int count = Math.toIntExact(Math.ceilDiv(axes.room(lines), (long) atOnce) * atOnce);
        return new RightFactor(value, units, new Lines(lines, words, isByDepth, pitch(fragments, axes.room(words)), count), copied);
    }

    // A copy of nothing leaves zeros, which is what a guard gives outside.
    private static Optional<Leaf.InBuffer> copied(Kernel kernel, Expression value, Product.Fragments fragments, int axis) {
        if (!(value.body() instanceof Scalar.Read) || !(value.leaves().getFirst() instanceof Leaf.InBuffer leaf) || !leaf.access().guarded()) {
            return WideReads.of(kernel, fragments, value, axis);
        }
        long[] shape = kernel.parameters().get(leaf.buffer()).type().shape();
        var inside = Access.of(leaf.access().subscripts());
        boolean areTogether = IntStream.range(0, inside.rank()).allMatch(d -> !inside.subscripts().get(d).uses(axis)
                || shape[d] % (WideReads.BYTES / wordBytes(fragments)) == 0);
        return areTogether ? WideReads.of(kernel, fragments, Expression.of(new Leaf.InBuffer(leaf.buffer(), inside)), axis).map(_ -> leaf) : Optional.empty();
    }

    /** Axes of the columns and of the depth. */
    record Sides(ImmutableList<Integer> columns, ImmutableList<Integer> depth) {}

    private static int pitch(Product.Fragments fragments, long words) {
        int row = ROW_BYTES / wordBytes(fragments);
        return words <= row / 2 ? row / 2 : Math.toIntExact(Math.ceilDiv(words, (long) row) * row);
    }

    /** Whether neighbours along the columns lie closer than those along the depth. */
    private static boolean isNearer(Kernel kernel, Expression value, List<Integer> columns, List<Integer> depth) {
        if (value.leaves().isEmpty() || columns.isEmpty() || depth.isEmpty()) {
            return columns.isEmpty();
        }
        long across = LeafDistances.of(kernel, value.leaves().getFirst(), columns.getLast());
        long along = LeafDistances.of(kernel, value.leaves().getFirst(), depth.getLast());
        return across != 0 && (along == 0 || across < along);
    }

    /** Lines are read in groups of so many. */
    private static int linesOfUnit(Product.Fragments fragments) {
        return Band.COLUMNS * fragments.depthOfWord;
    }

    private static int wordBytes(Product.Fragments fragments) {
        return Integer.BYTES / fragments.depthOfWord;
    }

    /** As which its numbers lie: what is multiplied by large numbers of the chip was stored as f16 itself. */
    Product.Fragments fragments() {
        return fragments(units);
    }

    private static Product.Fragments fragments(Product.Fragments units) {
        return switch (units) {
            case TF32 -> Product.Fragments.F16;
            case BF16, F16, TF32_TWICE -> units;
        };
    }

    int wordBytes() {
        return wordBytes(fragments());
    }

    int pitchBytes() {
        return in.pitch * wordBytes();
    }

    /** Lines of a part. */
    int linesAtOnce() {
        int unit = linesOfUnit(fragments());
        return Math.clamp(PART_BYTES / pitchBytes() / unit * unit, unit, in.count);
    }

    int parts() {
        return Math.ceilDiv(in.count, linesAtOnce());
    }

    /** Lines of a part; the last may have fewer. */
    int lines(int part) {
        return Math.min(linesAtOnce(), in.count - part * linesAtOnce());
    }

    int partBytes() {
        return pitchBytes() * linesAtOnce();
    }
}

/*
 * Note [Lines]
 * Lines have 64 bytes, two side by side in what memory gives at once, or a multiple of 128. 16 bytes stay together, so copies go line by line without
 * conflicts.
 *
 * f32: lane 4n + q wants, of lines that are columns, words 2q and 2q + 1 of line n; of lines that are depth, word n of lines 2q and 2q + 1. Where 8 words, a
 * quarter of what memory gives at once, lie in a line is decided by the line's number: a quarter's number is xored with (line ^ line / 4) % 4. Then lines 0
 * to 3, lines 4 to 7, lines 0, 2, 4, 6 and lines 1, 3, 5, 7 have the same words in different banks. Of lines of 64 bytes it is line / 2 % 4 that is xored.
 *
 * Halves: `ldmatrix` reads 16 bytes of each of eight lines: 0 to 7 or 8 to 15 of sixteen, or where columns are folded (see Note [Folds]) 0, 1, 4, 5, 8, 9,
 * 12, 13 or the others. A line's number has bits a, b, c, d from the lowest on: the number of 16 bytes in a line is xored with c + 2 (b ^ d), or where a line
 * fills what memory gives at once with a + 2 c + 4 (b ^ d), and either eight lie in all banks.
 */
