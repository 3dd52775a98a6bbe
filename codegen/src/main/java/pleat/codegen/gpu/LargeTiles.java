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
 * How much larger tiles may be than what is stored. More than f16 has room for are sums that only the chip sees, and what is computed from those. See Note
 * [Range of halves].
 */
final class LargeTiles {
    private static final double LARGEST = 65504;
    /** Of an f32 that is finite. */
    private static final double LARGEST_LOGARITHM = 104;

    private final Kernel kernel;
    private final Set<Tile> stored = Sets.newIdentityHashSet();
    /** Of those that are not as large as what is stored. */
    private final Map<Tile, Double> times = new IdentityHashMap<>();
    private final Map<Tile, Tile> maximumOf = new IdentityHashMap<>();

    private LargeTiles(Kernel kernel) {
        this.kernel = kernel;
        collectStored(kernel.body());
        visit(kernel.body());
    }

    static LargeTiles of(Kernel kernel) {
        return new LargeTiles(kernel);
    }

    /** Whether a factor of an op that sums products is beyond what f16 has. */
    boolean areFactorsOf(TileOp.Compute op) {
        return op.body() instanceof Scalar.Binary(Scalar.Fn2 fn, Scalar left, Scalar right) && fn == Scalar.Fn2.MUL
                ? isLarge(times(left, op.operands())) || isLarge(times(right, op.operands())) : isLarge(times(op.body(), op.operands()));
    }

    /** Whether what is computed from buffers alone is beyond what f16 has. */
    static boolean isLarge(Kernel kernel, Expression value) {
        return isLarge(new LargeTiles(kernel).times(value.body(), new Reads() {
            @Override
            public double times(int read) {
                return value.leaves().get(read) instanceof Leaf.InBuffer(int buffer, _) ? timesOf(kernel, buffer) : 1;
            }

            @Override
            public boolean isLargest(int maximum, int read) {
                return false;
            }
        }));
    }

    private static boolean isLarge(double times) {
        return !(times <= LARGEST);
    }

    private static double timesOf(Kernel kernel, int buffer) {
        return switch (kernel.parameters().get(buffer).type().dtype()) {
            case F16, I16, I8, U8, BOOL -> 1;
            case F64, F32, BF16, I64, I32 -> Double.POSITIVE_INFINITY;
        };
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
                case TileOp.Load(Tile result, int buffer, _) -> put(result, timesOf(kernel, buffer));
                case TileOp.Gather gather -> put(gather.result(), timesOf(kernel, gather.buffer()));
                case TileOp.Compute compute -> compute(compute);
                case TileOp.Scatter scatter -> put(scatter.result(), Double.POSITIVE_INFINITY);
                case TileOp.Loop loop -> loop(loop);
                case TileOp.Random _, TileOp.Store _ -> { }
            }
        }
    }

    private void compute(TileOp.Compute op) {
        if (op.reduction() instanceof Reduction.Max && op.body() instanceof Scalar.Read(int read)) {
            maximumOf.put(op.result(), op.operands().get(read));
        }
        boolean isSum = op.reduction() instanceof Reduction.Sum;
        double ofOne = isSum && !isMean(op) ? Double.POSITIVE_INFINITY : times(op.body(), op.operands()) * (isSum ? count(op) : 1);
        put(op.result(), Math.max(op.init().map(this::of).orElse(0.0), ofOne));
    }

    /** Whether it is {@code sum x / N} of N numbers or fewer, which is no larger than the largest {@code x}. */
    private boolean isMean(TileOp.Compute op) {
        return op.body() instanceof Scalar.Binary(Scalar.Fn2 fn, _, Scalar.Const(double divisor)) && fn == Scalar.Fn2.DIV
                && Math.abs(divisor) >= count(op);
    }

    private double count(TileOp.Compute op) {
        return op.operands().stream().flatMap(tile -> tile.axes().stream()).distinct().filter(axis -> !op.result().axes().contains(axis))
                .mapToDouble(axis -> kernel.axes().get(axis).extent()).reduce(1, (a, b) -> a * b);
    }

    private double of(Tile tile) {
        return times.getOrDefault(tile, 1.0);
    }

    private void put(Tile tile, double number) {
        times.put(tile, stored.contains(tile) ? 1 : number);
    }

    // What grows from turn to turn may be anything after some.
    private void loop(TileOp.Loop loop) {
        loop.carries().forEach(carry -> put(carry.entry(), of(carry.init())));
        boolean grows;
        do {
            visit(loop.body());
            var growing = loop.carries().stream().filter(carry -> of(carry.next()) > of(carry.entry()) && !stored.contains(carry.entry())).toList();
            growing.forEach(carry -> put(carry.entry(), Double.POSITIVE_INFINITY));
            grows = !growing.isEmpty();
        } while (grows);
        loop.carries().forEach(carry -> put(carry.result(), Math.max(of(carry.entry()), of(carry.next()))));
    }

    private double times(Scalar body, List<Tile> operands) {
        return times(body, new Reads() {
            @Override
            public double times(int read) {
                return of(operands.get(read));
            }

            @Override
            public boolean isLargest(int maximum, int read) {
                return maximumOf.get(operands.get(maximum)) == operands.get(read);
            }
        });
    }

    private interface Reads {
        /** What a number that is read is times what is stored. */
        double times(int read);

        /** Whether one is the largest of a row of the other. */
        boolean isLargest(int maximum, int read);
    }

    private double times(Scalar body, Reads reads) {
        return switch (body) {
            case Scalar.Const(double value) -> Math.abs(value);
            case Scalar.Read(int read) -> reads.times(read);
            case Scalar.Position(int axis) -> kernel.axes().get(axis).extent();
            case Scalar.Extent(int axis) -> kernel.axes().get(axis).extent();
            case Scalar.Unary(Scalar.Fn1 fn, Scalar operand) -> switch (fn) {
                case SIGMOID, TANH, SIN, COS, STEP, RSQRT -> 1;
                case LOG -> LARGEST_LOGARITHM;
                case EXP -> isBelowLargest(operand, reads) ? 1 : Math.exp(times(operand, reads));
                case NEG, ABS, FLOOR, STOP -> times(operand, reads);
                case SQRT -> Math.sqrt(times(operand, reads));
            };
            case Scalar.Binary(Scalar.Fn2 fn, Scalar left, Scalar right) -> binary(fn, left, right, reads);
            case Scalar.Select(_, Scalar then, Scalar otherwise) -> Math.max(times(then, reads), times(otherwise, reads));
        };
    }

    private double binary(Scalar.Fn2 fn, Scalar left, Scalar right, Reads reads) {
        double one = times(left, reads);
        return switch (fn) {
            case ADD, SUB -> one + times(right, reads);
            case MUL -> one * times(right, reads);
            case DIV -> right instanceof Scalar.Const(double divisor) ? one / Math.abs(divisor) : one;
            case MIN, MAX -> Math.max(one, times(right, reads));
            case POW -> Math.pow(Math.max(1, one), times(right, reads));
            case LT, LE, EQ -> 1;
        };
    }

    private static boolean isBelowLargest(Scalar scalar, Reads reads) {
        return scalar instanceof Scalar.Binary(Scalar.Fn2 fn, Scalar.Read(int x), Scalar.Read(int maximum)) && fn == Scalar.Fn2.SUB
                && reads.isLargest(maximum, x);
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
