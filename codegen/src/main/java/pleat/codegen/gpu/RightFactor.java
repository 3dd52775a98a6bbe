package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import pleat.ir.kernel.Kernel;

/**
 * How a right factor of a {@link Band} lies in shared memory: lines of words. See Note [Lines].
 *
 * @param lines axes of the lines, which are columns or depth; the last goes fastest
 * @param words axes of what is in a line
 * @param isByDepth whether lines are depth
 * @param pitch words of a line, 16 or a multiple of 32
 * @param count lines in all, a multiple of 8
 * @param copied what is copied as it is, 16 bytes at a time, where buffers begin at multiples of that
 */
record RightFactor(Expression value, ImmutableList<Integer> lines, ImmutableList<Integer> words, boolean isByDepth, int pitch, int count,
        Optional<Leaf.InBuffer> copied) {
    private static final int PART_BYTES = 16 << 10;
    private static final int NARROW = 16;
    private static final int LINE = 32;

    static RightFactor of(BlockAxes axes, Kernel kernel, Expression value, List<Integer> columns, List<Integer> depth) {
        boolean isByDepth = isNearer(kernel, value, columns, depth);
        var lines = ImmutableList.copyOf(isByDepth ? depth : columns);
        var words = ImmutableList.copyOf(isByDepth ? columns : depth);
        long room = axes.room(words);
        int pitch = room <= NARROW ? NARROW : Math.toIntExact(Math.ceilDiv(room, (long) LINE) * LINE);
        var copied = words.isEmpty() ? Optional.<Leaf.InBuffer>empty() : WideReads.of(kernel, Product.Fragments.TF32_TWICE, value, words.getLast());
        return new RightFactor(value, lines, words, isByDepth, pitch, Band.COLUMNS * Band.tiles(axes, lines), copied);
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

    /** Lines of a part, a multiple of 8. */
    int linesAtOnce() {
        return Math.clamp(PART_BYTES / (Integer.BYTES * pitch) / Band.COLUMNS * Band.COLUMNS, Band.COLUMNS, count);
    }

    int parts() {
        return Math.ceilDiv(count, linesAtOnce());
    }

    /** Lines of a part; the last may have fewer. */
    int lines(int part) {
        return Math.min(linesAtOnce(), count - part * linesAtOnce());
    }

    int partBytes() {
        return Integer.BYTES * pitch * linesAtOnce();
    }
}

/*
 * Note [Lines]
 * Lane 4n + q wants, of lines that are columns, words 2q and 2q + 1 of line n; of lines that are depth, word n of lines 2q and 2q + 1. Where 8 words, a
 * quarter of what memory gives at once, lie in a line is decided by the line's number: a quarter's number is xored with (line ^ line / 4) % 4. Then lines 0
 * to 3, lines 4 to 7, lines 0, 2, 4, 6 and lines 1, 3, 5, 7 have the same words in different banks. Lines of 16 words lie two side by side, and it is
 * line / 2 % 4 that is xored. 16 bytes stay together, so copies go line by line without conflicts.
 */
