package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.KernelAxis;
import pleat.ir.kernel.Layout;
import pleat.ir.plan.TensorMap;

/**
 * A factor that bulk copies bring as it lies, a part of it in boxes: what is beyond the buffer arrives as zeros. See Note [Rows that change places].
 *
 * @param map of its buffer, with a dim for each of {@code walks}
 * @param boxes of a part, one behind the other in shared memory, each {@link GroupTiles#ROWS} rows after the one before
 */
record BulkFactor(Leaf.InBuffer leaf, TensorMap map, ImmutableList<Walk> walks, int boxes) {
    /** Of what a dim of a map counts the positions. */
    enum Along { DEPTH, ROWS, OTHER, NOTHING }

    /**
     * What a dim of a map is.
     *
     * @param axis of the kernel
     * @param step positions along it from one element of the dim to the next
     */
    record Walk(Along along, int axis, int step) {}

    private static final int MOST_DIMS = 5;
    private static final long MOST_STRIDE = 1L << 40;

    /** Rows that change places with each other, and how many of them lie between neighbours in shared memory. */
    private static final int TURN = 8;
    private static final int APART = 4;

    /** Empty where a box would not have all of a part, or more than zeros beside it along the depth, or no map can say where it lies. */
    static Optional<BulkFactor> of(Kernel kernel, Product product, GroupTiles tiles, FactorReads.Side side, Factor factor) {
        int depth = product.axes().depth().getLast();
        boolean isOne = isOne(kernel, factor.axes()) && isOne(kernel, product.axes().depth());
        return isOne && comesInParts(kernel.axes().get(depth), product.depthAtOnce())
                ? factor.copied(kernel, product).flatMap(leaf -> new Dims(kernel, leaf).of(factor, depth, side, tiles.rows(side))) : Optional.empty();
    }

    /** Whether positions in a block are those of the last axis. */
    private static boolean isOne(Kernel kernel, List<Integer> axes) {
        return !axes.isEmpty() && axes.subList(0, axes.size() - 1).stream().allMatch(axis -> ResultHomes.room(kernel, axis) == 1);
    }

    /** Whether blocks end where parts of so many positions do, but for the last one. */
    private static boolean comesInParts(KernelAxis axis, int positions) {
        return axis.blocks() <= 1 || axis.block() % positions == 0;
    }

    /** Dims of a map of a buffer, while they are found. */
    private static final class Dims {
        private final Kernel kernel;
        private final Leaf.InBuffer leaf;
        private final Kernel.Parameter parameter;
        private final int bytes;
        private final List<TensorMap.Dim> dims = new ArrayList<>();
        private final List<Walk> walks = new ArrayList<>();

        Dims(Kernel kernel, Leaf.InBuffer leaf) {
            this.kernel = kernel;
            this.leaf = leaf;
            this.parameter = kernel.parameters().get(leaf.buffer());
            this.bytes = parameter.type().dtype().bytes();
        }

        Optional<BulkFactor> of(Factor factor, int depth, FactorReads.Side side, int rows) {
            int row = factor.axes().getLast();
            boolean isLinear = IntStream.range(0, kernel.axes().size()).allMatch(axis -> BufferStrides.bytes(parameter, leaf.access(), axis).orElse(-1) >= 0);
            boolean isTurning = side == FactorReads.Side.LEFT && !factor.isTurned();
            if (!isLinear || !isWhole() || isTurning && !comesInTurns(kernel.axes().get(row))) {
                return Optional.empty();
            }
            if (factor.isTurned()) {
                add(new Walk(Along.ROWS, row, 1), extent(row), GroupTiles.NUMBERS);
                add(new Walk(Along.DEPTH, depth, 1), extent(depth), GroupTiles.NUMBERS);
            } else {
                add(new Walk(Along.DEPTH, depth, 1), extent(depth), GroupTiles.NUMBERS);
                addRows(row, rows, isTurning);
            }
            IntStream.range(0, kernel.axes().size()).filter(axis -> axis != row && axis != depth && stride(axis) > 0 && extent(axis) > 1)
                    .forEach(axis -> add(new Walk(Along.OTHER, axis, 1), extent(axis), 1));
            return canBeMap() ? Optional.of(new BulkFactor(leaf, new TensorMap(leaf.buffer(), offset(), parameter.type().dtype(), ImmutableList.copyOf(dims)),
                    ImmutableList.copyOf(walks), factor.isTurned() ? rows / GroupTiles.ROWS : 1)) : Optional.empty();
        }

        private void addRows(int row, int rows, boolean isTurning) {
            if (isTurning) {
                add(new Walk(Along.NOTHING, row, APART), TURN / APART, TURN / APART);
                add(new Walk(Along.NOTHING, row, 1), APART, APART);
                add(new Walk(Along.ROWS, row, TURN), extent(row) / TURN, rows / TURN);
            } else {
                add(new Walk(Along.ROWS, row, 1), extent(row), rows);
            }
        }

        private void add(Walk walk, long size, int box) {
            dims.add(new TensorMap.Dim(size, walk.step * stride(walk.axis), box));
            walks.add(walk);
        }

        private static boolean comesInTurns(KernelAxis axis) {
            return axis.extent() % TURN == 0 && comesInParts(axis, TURN);
        }

        private boolean canBeMap() {
            return dims.size() <= MOST_DIMS && dims.getFirst().strideBytes() == bytes
                    && dims.stream().skip(1).allMatch(dim -> dim.strideBytes() > 0 && dim.strideBytes() % TensorMap.ALIGNMENT_BYTES == 0 && dim.strideBytes() < MOST_STRIDE);
        }

        private long stride(int axis) {
            return BufferStrides.bytes(parameter, leaf.access(), axis).orElseThrow();
        }

        private long extent(int axis) {
            return kernel.axes().get(axis).extent();
        }

        /** Whether what is added to positions is the same distance everywhere, a multiple of 16 bytes. */
        private boolean isWhole() {
            return parameter.layout().pieces().stream().allMatch(piece -> added(piece) == 0 || piece.part() instanceof Layout.Part.Whole
                    || piece.part() instanceof Layout.Part.Padded) && offset() >= 0 && offset() % TensorMap.ALIGNMENT_BYTES == 0;
        }

        private long added(Layout.Piece piece) {
            return leaf.access().subscripts().get(piece.dim()).offset();
        }

        private long offset() {
            var strides = parameter.layout().pieceStrides(parameter.type().shape());
            return IntStream.range(0, strides.length).mapToLong(p -> added(parameter.layout().pieces().get(p)) * strides[p] * bytes).sum();
        }
    }
}

/*
 * Note [Rows that change places]
 * In shared memory rows 0 to 7 of an upright left factor stand as 0, 4, 1, 5, 2, 6, 3, 7 (GroupTiles.offset), and so in each eight. A map says that by three dims
 * in the place of one: two rows that are four apart, four that are neighbours, and the eights. Rows beyond the last eight would not be zeros but what lies behind
 * it, so rows have to be a multiple of eight. What a box has of the rows of other blocks is multiplied and goes nowhere; of the depth nothing may be there
 * twice, so that parts have to end where blocks do.
 */
