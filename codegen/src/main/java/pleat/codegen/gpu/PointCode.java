package pleat.codegen.gpu;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import pleat.codegen.RowNumbers;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.lane.LaneBuilder;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/** Computes expressions at a point. */
final class PointCode {
    private final BlockCode k;
    private final LaneBuilder b;
    private final BufferCode buffers;

    PointCode(BlockCode k) {
        this.k = k;
        this.b = k.b;
        this.buffers = new BufferCode(k);
    }

    Operand evaluate(Expression expression, Point point) {
        return evaluate(expression, point, Map.of());
    }

    /** @param known what leaves are that were computed before */
    Operand evaluate(Expression expression, Point point, Map<Leaf, Operand> known) {
        return evaluate(expression, point, leaf -> known.containsKey(leaf) ? known.get(leaf) : read(leaf, point));
    }

    /**
     * Four neighbours along an axis, from a multiple of four on.
     *
     * @param isAligned whether buffers begin at multiples of 16
     */
    record Group(Point first, int axis, boolean isAligned) {}

    List<Operand> evaluate(Expression expression, Group group, Map<Leaf, List<Operand>> known) {
        var reads = new LinkedHashMap<>(known);
        expression.leaves().stream().filter(leaf -> !known.containsKey(leaf)).forEach(leaf -> reads.put(leaf, read(leaf, group)));
        return IntStream.range(0, ResultHomes.GROUP)
                .mapToObj(i -> evaluate(expression, group.first.moved(k.ints, group.axis, i), leaf -> reads.get(leaf).get(i))).toList();
    }

    List<Operand> read(Leaf leaf, Group group) {
        if (leaf instanceof Leaf.InHome(Home home) && ResultHomes.hasGroups(k.kernel, home, group.axis, ResultHomes.GROUP)) {
            return k.loadGroup(home, group.first);
        }
        if (leaf instanceof Leaf.InBuffer buffer && group.isAligned && WideReads.hasGroups(k.kernel, buffer, group.axis)) {
            return buffers.loadGroup(buffer, group.first);
        }
        return LeafDistances.isSame(leaf, group.axis) ? Collections.nCopies(ResultHomes.GROUP, read(leaf, group.first))
                : IntStream.range(0, ResultHomes.GROUP).mapToObj(i -> read(leaf, group.first.moved(k.ints, group.axis, i))).toList();
    }

    /** As {@link #evaluate(Expression, Point)}, what leaves give found otherwise. */
    Operand evaluate(Expression expression, Point point, Function<Leaf, Operand> leaves) {
        return evaluate(expression.body(), read -> leaves.apply(expression.leaves().get(read)), point, new LinkedHashMap<>());
    }

    private Operand evaluate(Scalar node, IntFunction<Operand> reads, Point point, Map<Scalar, Operand> done) {
        var before = done.get(node);
        if (before != null) {
            return before;
        }
        Operand value = switch (node) {
            case Scalar.Const(double number) -> Operand.f32(number);
            case Scalar.Extent(int axis) -> Operand.f32(k.axes.axis(axis).extent());
            case Scalar.Position(int axis) -> b.row(Opcode.F32_I32, k.ints.plus(k.axes.start(axis), point.along(axis)));
            case Scalar.Read(int read) -> reads.apply(read);
            case Scalar.Unary(Scalar.Fn1 fn, Scalar operand) -> apply(fn, evaluate(operand, reads, point, done), operand);
            case Scalar.Binary(Scalar.Fn2 fn, Scalar left, Scalar right) -> apply(fn, evaluate(left, reads, point, done),
                    evaluate(right, reads, point, done));
            case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) -> b.row(Opcode.SELECT_F32,
                    b.row(Opcode.NE_F32, evaluate(condition, reads, point, done), Operand.f32(0)), evaluate(then, reads, point, done),
                    evaluate(otherwise, reads, point, done));
        };
        done.put(node, value);
        return value;
    }

    /** The number of a row: of a buffer as it is there, else as it is computed, which is in f32. */
    private Operand number(int table, Expression row, Point point) {
        if (row.body() instanceof Scalar.Read && row.leaves().getFirst() instanceof Leaf.InBuffer(int buffer, var access)) {
            var exact = buffers.number(buffer, access, point);
            if (exact.isPresent()) {
                return exact.get();
            }
        }
        RowNumbers.check(k.kernel, table);
        return b.row(Opcode.I64_F32, evaluate(row, point));
    }

    Operand read(Leaf leaf, Point point) {
        return switch (leaf) {
            case Leaf.InHome(Home home) -> k.load(home, point);
            case Leaf.InBuffer(int buffer, var access) -> buffers.load(buffer, access, point);
            case Leaf.InRow(int buffer, Expression row, var access) -> buffers.loadRow(buffer, number(buffer, row, point), access, point);
            case Leaf.Drawn(int seed, long stream, var position) -> b.row(Opcode.PHILOX, buffers.position(position, point, true), buffers.seed(seed),
                    Operand.i64(stream));
            case Leaf.InRegisters kept -> throw new IllegalStateException(kept + " is read where a band is not");
        };
    }

    private Operand apply(Scalar.Fn1 fn, Operand x, Scalar operand) {
        return switch (fn) {
            case NEG -> b.row(Opcode.NEG_F32, x);
            case ABS -> b.row(Opcode.ABS_F32, x);
            case EXP -> b.row(isNotPositive(operand) ? Opcode.EXPN_F32 : Opcode.EXP_F32, x);
            case LOG -> b.row(Opcode.LOG_F32, x);
            case SQRT -> b.row(Opcode.SQRT_F32, x);
            case RSQRT -> b.row(Opcode.RSQRT_F32, x);
            case SIGMOID -> b.row(Opcode.SIGMOID_F32, x);
            case TANH -> b.row(Opcode.TANH_F32, x);
            case SIN -> b.row(Opcode.SIN_F32, x);
            case COS -> b.row(Opcode.COS_F32, x);
            case FLOOR -> b.row(Opcode.FLOOR_F32, x);
            case STEP -> truth(b.row(Opcode.LT_F32, Operand.f32(0), x));
            case STOP -> x;
        };
    }

    private static boolean isNotPositive(Scalar scalar) {
        return scalar instanceof Scalar.Binary(Scalar.Fn2 fn, _, Scalar.Const(double bound)) && fn == Scalar.Fn2.MIN && bound <= 0;
    }

    private Operand apply(Scalar.Fn2 fn, Operand x, Operand y) {
        return switch (fn) {
            case ADD -> b.row(Opcode.ADD_F32, x, y);
            case SUB -> b.row(Opcode.SUB_F32, x, y);
            case MUL -> b.row(Opcode.MUL_F32, x, y);
            case DIV -> b.row(Opcode.DIV_F32, x, y);
            case MAX -> b.row(Opcode.MAX_F32, x, y);
            case MIN -> b.row(Opcode.MIN_F32, x, y);
            case POW -> power(x, y);
            case LT -> truth(b.row(Opcode.LT_F32, x, y));
            case LE -> truth(b.row(Opcode.LE_F32, x, y));
            case EQ -> truth(b.row(Opcode.EQ_F32, x, y));
        };
    }

    Operand combine(Reduction reduction, Operand x, Operand y) {
        return switch (reduction) {
            case Reduction.None _ -> y;
            case Reduction.Sum _ -> b.row(Opcode.ADD_F32, x, y);
            case Reduction.Max _ -> b.row(Opcode.MAX_F32, x, y);
            case Reduction.Min _ -> b.row(Opcode.MIN_F32, x, y);
        };
    }

    private Operand truth(Operand condition) {
        return b.row(Opcode.SELECT_F32, condition, Operand.f32(1), Operand.f32(0));
    }

    /** {@code exp(y log|x|)} with the sign of x where y is odd; NaN for a negative x and a broken y; 1 where y is 0. */
    private Operand power(Operand x, Operand y) {
        var magnitude = b.row(Opcode.EXP_F32, b.row(Opcode.MUL_F32, y, b.row(Opcode.LOG_F32, b.row(Opcode.ABS_F32, x))));
        var half = b.row(Opcode.MUL_F32, y, Operand.f32(0.5));
        var isEven = b.row(Opcode.EQ_F32, b.row(Opcode.FLOOR_F32, half), half);
        var isWhole = b.row(Opcode.EQ_F32, b.row(Opcode.FLOOR_F32, y), y);
        var ofWhole = b.row(Opcode.SELECT_F32, isEven, magnitude, b.row(Opcode.NEG_F32, magnitude));
        var ofNegative = b.row(Opcode.SELECT_F32, isWhole, ofWhole, Operand.f32(Double.NaN));
        var known = b.row(Opcode.SELECT_F32, b.row(Opcode.LT_F32, x, Operand.f32(0)), ofNegative, magnitude);
        return b.row(Opcode.SELECT_F32, b.row(Opcode.EQ_F32, y, Operand.f32(0)), Operand.f32(1), known);
    }
}
