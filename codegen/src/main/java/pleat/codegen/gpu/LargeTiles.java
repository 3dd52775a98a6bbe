package pleat.codegen.gpu;

import com.google.common.collect.Sets;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.Tile;
import pleat.ir.kernel.TileOp;
import pleat.ir.type.DType;

/**
 * Tiles that may hold numbers that f16 has not: sums that only the chip sees, and what is computed from those. See Note [Range of halves].
 */
final class LargeTiles {
    private static final double LARGEST = 65504;

    private final Kernel kernel;
    private final Set<Tile> stored = Sets.newIdentityHashSet();
    private final Set<Tile> large = Sets.newIdentityHashSet();
    private final Map<Tile, Tile> maximumOf = new IdentityHashMap<>();

    private LargeTiles(Kernel kernel) {
        this.kernel = kernel;
        collectStored(kernel.body());
        visit(kernel.body());
    }

    static LargeTiles of(Kernel kernel) {
        return new LargeTiles(kernel);
    }

    /** Whether an op multiplies, or computes with, what f16 may not have. */
    boolean areReadBy(TileOp.Compute op) {
        return isLarge(op.body(), op.operands());
    }

    private void collectStored(List<TileOp> ops) {
        for (TileOp op : ops) {
            switch (op) {
                case TileOp.Store(int buffer, _, Tile value) when kernel.parameters().get(buffer).type().dtype() == DType.F16 -> stored.add(value);
                case TileOp.Loop loop -> collectStored(loop.body());
                case TileOp.Store _, TileOp.Load _, TileOp.Gather _, TileOp.Random _, TileOp.Scatter _, TileOp.Compute _ -> { }
            }
        }
    }

    private void visit(List<TileOp> ops) {
        for (TileOp op : ops) {
            switch (op) {
                case TileOp.Compute compute -> compute(compute);
                case TileOp.Scatter scatter -> add(scatter.result());
                case TileOp.Loop loop -> loop(loop);
                case TileOp.Load _, TileOp.Gather _, TileOp.Random _, TileOp.Store _ -> { }
            }
        }
    }

    private void compute(TileOp.Compute op) {
        if (op.reduction() instanceof Reduction.Max && op.body() instanceof Scalar.Read(int read)) {
            maximumOf.put(op.result(), op.operands().get(read));
        }
        boolean isSum = op.reduction() instanceof Reduction.Sum && !isMean(op);
        if (isSum || areReadBy(op) || op.init().filter(large::contains).isPresent()) {
            add(op.result());
        }
    }

    /** Whether it is {@code sum x / N} of N numbers or fewer, which is no larger than the largest {@code x}. */
    private boolean isMean(TileOp.Compute op) {
        double count = op.operands().stream().flatMap(tile -> tile.axes().stream()).distinct().filter(axis -> !op.result().axes().contains(axis))
                .mapToDouble(axis -> kernel.axes().get(axis).extent()).reduce(1, (a, b) -> a * b);
        return op.body() instanceof Scalar.Binary(Scalar.Fn2 fn, _, Scalar.Const(double divisor)) && fn == Scalar.Fn2.DIV && Math.abs(divisor) >= count;
    }

    private void add(Tile tile) {
        if (!stored.contains(tile)) {
            large.add(tile);
        }
    }

    // What goes round may be large from the second turn on.
    private void loop(TileOp.Loop loop) {
        loop.carries().stream().filter(carry -> large.contains(carry.init())).forEach(carry -> add(carry.entry()));
        int before;
        do {
            before = large.size();
            visit(loop.body());
            loop.carries().stream().filter(carry -> large.contains(carry.next())).forEach(carry -> Stream.of(carry.entry(), carry.result()).forEach(this::add));
        } while (large.size() > before);
    }

    private boolean isLarge(Scalar body, List<Tile> operands) {
        return switch (body) {
            case Scalar.Const(double value) -> Math.abs(value) > LARGEST;
            case Scalar.Read(int read) -> large.contains(operands.get(read));
            case Scalar.Position(int axis) -> kernel.axes().get(axis).extent() > LARGEST;
            case Scalar.Extent(int axis) -> kernel.axes().get(axis).extent() > LARGEST;
            case Scalar.Unary(Scalar.Fn1 fn, Scalar operand) -> switch (fn) {
                case SIGMOID, TANH, SIN, COS, STEP, LOG, RSQRT -> false;
                case EXP -> !isBelowMaximum(operand, operands) && isLarge(operand, operands);
                case NEG, ABS, FLOOR, STOP, SQRT -> isLarge(operand, operands);
            };
            case Scalar.Binary(Scalar.Fn2 fn, Scalar left, Scalar right) -> switch (fn) {
                case ADD, SUB, MUL, MIN, MAX, POW -> isLarge(left, operands) || isLarge(right, operands);
                case DIV -> isLarge(left, operands);
                case LT, LE, EQ -> false;
            };
            case Scalar.Select(_, Scalar then, Scalar otherwise) -> isLarge(then, operands) || isLarge(otherwise, operands);
        };
    }

    /** Whether it is a number less the largest of its row. */
    private boolean isBelowMaximum(Scalar scalar, List<Tile> operands) {
        return scalar instanceof Scalar.Binary(Scalar.Fn2 fn, Scalar.Read(int x), Scalar.Read(int maximum)) && fn == Scalar.Fn2.SUB
                && maximumOf.get(operands.get(maximum)) == operands.get(x);
    }
}

/*
 * Note [Range of halves]
 * The largest f16 is 65504, and a sum grows with what is summed: over 5120 rows of an alignment, of products of numbers near 4, it is beyond that. bf16 has no
 * such end. So a product of numbers stored as f16 goes through units of f16 only where both factors are certain to be no worse off than what is stored: what
 * was read; what is computed from it element by element, which would be stored as f16 if a kernel of its own made it; what the kernel itself stores as f16; and
 * what is at most 1, as the exponential of a softmax is. Where a factor is a sum that nobody stores, or was computed from one, units of tf32 take both: tf32 has
 * as many digits as f16, and the range of f32.
 */
