package pleat.codegen.gpu;

import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import pleat.ir.index.Scalar;
import pleat.ir.kernel.Kernel;
import pleat.ir.lane.LaneKernel;

/** What it takes to compute expressions at all points of some axes, and to bring results to where they go. */
final class LeafWork {
    private static final double SECTOR_BYTES = 32;
    /** Of an address and what says whether it is inside. */
    private static final double ADDRESS = 4;
    private static final double DRAW = 60;
    /** To ask for something, and to choose by it. */
    private static final double TRUTH = 2;

    private final Kernel kernel;
    private final HomePlaces places;

    LeafWork(Kernel kernel, HomePlaces places) {
        this.kernel = kernel;
        this.places = places;
    }

    /** A warp, at one point for each lane: instructions of what is computed there. */
    static double arithmetic(Scalar body) {
        var sum = new double[1];
        body.visit(node -> sum[0] += switch (node) {
            case Scalar.Unary(var fn, _) -> instructions(fn);
            case Scalar.Binary(var fn, _, _) -> instructions(fn);
            case Scalar.Select _ -> TRUTH;
            case Scalar.Const _, Scalar.Read _, Scalar.Position _, Scalar.Extent _ -> 0;
        });
        return sum[0];
    }

    /** As many as LLVM makes of the rows; functions are polynomials of our own. */
    private static double instructions(Scalar.Fn1 fn) {
        return switch (fn) {
            case EXP -> 27;
            case SIGMOID -> 32;
            case LOG -> 35;
            case SIN, COS -> 37;
            case TANH -> 41;
            case STEP, RSQRT -> TRUTH;
            case NEG, ABS, SQRT, FLOOR -> 1;
            case STOP -> 0;
        };
    }

    private static double instructions(Scalar.Fn2 fn) {
        return switch (fn) {
            case POW -> 73;
            case MAX, MIN, LT, LE, EQ -> TRUTH;
            case ADD, SUB, MUL, DIV -> 1;
        };
    }

    /**
     * All of it.
     *
     * @param points in all, for which each axis has been counted as often as it is gone through
     */
    BlockWork evaluate(Expression value, List<Integer> axes, double points) {
        return evaluate(value, axes, points, new HashSet<>());
    }

    /** @param known leaves that are in registers already; gets those that are after this */
    BlockWork evaluate(Expression value, List<Integer> axes, double points, Set<Leaf> known) {
        var work = new BlockWork(points / LaneKernel.WARP * arithmetic(value.body()), 0, 0, 0);
        for (Leaf leaf : value.leaves()) {
            if (known.add(leaf)) {
                work = work.plus(move(leaf, axes, points));
            }
        }
        return work;
    }

    /** Reads a number for each point, or writes it. */
    BlockWork move(Leaf leaf, List<Integer> axes, double points) {
        double warps = points / LaneKernel.WARP;
        var near = near(leaf, axes);
        return switch (leaf) {
            case Leaf.InHome(Home home) -> places.of(home) == null || places.of(home).isShared() ? new BlockWork(warps * 2 / width(leaf, near), 0, warps, 0)
                    : new BlockWork(warps * ADDRESS / width(leaf, near), 0, 0, warps * Float.BYTES);
            case Leaf.InBuffer(int buffer, _) -> new BlockWork(warps * (ADDRESS / width(leaf, near) + conversion(buffer)), 0, 0, warps * sectors(leaf, buffer, near));
            case Leaf.InRow(int buffer, _, _) -> new BlockWork(warps * (2 * ADDRESS + conversion(buffer)), 0, 0, warps * sectors(leaf, buffer, near));
            case Leaf.Drawn _ -> new BlockWork(warps * DRAW, 0, 0, 0);
            case Leaf.InRegisters _ -> BlockWork.NONE;
        };
    }

    /** Between what is stored and f32, of which all is computed. */
    private double conversion(int buffer) {
        var parameter = kernel.parameters().get(buffer);
        return switch (parameter.type().dtype()) {
            case F32 -> 0;
            case BF16 -> parameter.mode() == Kernel.Mode.IN ? 4 : 2;
            case F16 -> 2;
            case F64, I64, I32, I16, I8, U8, BOOL -> 1;
        };
    }

    /** The axis along which numbers are nearest to each other; empty if there is one number. */
    private OptionalInt near(Leaf leaf, List<Integer> axes) {
        return axes.stream().filter(axis -> ResultHomes.room(kernel, axis) > 1 && LeafDistances.of(kernel, leaf, axis) > 0).mapToInt(axis -> axis)
                .reduce((one, other) -> LeafDistances.of(kernel, leaf, other) < LeafDistances.of(kernel, leaf, one) ? other : one);
    }

    /** Numbers that a lane moves at once. */
    private double width(Leaf leaf, OptionalInt near) {
        return near.isPresent() && LeafDistances.of(kernel, leaf, near.getAsInt()) == 1 && ResultHomes.isWhole(kernel, near.getAsInt()) ? ResultHomes.GROUP : 1;
    }

    /** Of a warp's 32 numbers. */
    private double sectors(Leaf leaf, int buffer, OptionalInt near) {
        if (near.isEmpty()) {
            return 1;
        }
        double run = ResultHomes.room(kernel, near.getAsInt());
        double bytes = LeafDistances.of(kernel, leaf, near.getAsInt()) * kernel.parameters().get(buffer).type().dtype().bytes();
        return LaneKernel.WARP / run * Math.min(run, Math.ceil(run * bytes / SECTOR_BYTES));
    }

    /** Axes of several lists, each once. */
    static List<Integer> all(List<Integer> one, List<Integer> other) {
        return Stream.concat(one.stream(), other.stream()).distinct().toList();
    }
}
