package pleat.ir.interp;

import java.util.Arrays;
import pleat.ir.index.Scalar;
import pleat.ir.index.Scalar.Fn1;
import pleat.ir.index.Scalar.Fn2;

/** Builds the lanes of a body. */
final class Lanes {
    private final double[][] storage;
    private final Walk[] walks;
    private final long[] extents;
    private final int innerAxis;

    /** @param storage of each read's operand */
    Lanes(double[][] storage, Walk[] walks, long[] extents, int innerAxis) {
        this.storage = storage;
        this.walks = walks;
        this.extents = extents;
        this.innerAxis = innerAxis;
    }

    Lane of(Scalar scalar) {
        return switch (scalar) {
            case Scalar.Const(double value) -> (out, _, _, count) -> Arrays.fill(out, 0, count, value);
            case Scalar.Read(int read) -> read(read);
            case Scalar.Position(int axis) -> axis == innerAxis ? Lanes::countUp
                    : (out, row, _, count) -> Arrays.fill(out, 0, count, row.position(axis));
            case Scalar.Extent(int axis) -> (out, _, _, count) -> Arrays.fill(out, 0, count, extents[axis]);
            case Scalar.Unary(Fn1 fn, Scalar operand) -> unary(fn, of(operand));
            case Scalar.Binary(Fn2 fn, Scalar left, Scalar right) -> binary(fn, of(left), of(right));
            case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) -> select(of(condition), of(then), of(otherwise));
        };
    }

    private static void countUp(double[] out, Row row, int from, int count) {
        for (int i = 0; i < count; i++) {
            out[i] = from + i;
        }
    }

    private Lane read(int read) {
        double[] data = storage[read];
        int stride = innerAxis < 0 ? 0 : Math.toIntExact(walks[read].strides()[innerAxis]);
        if (walks[read].bounds().isEmpty()) {
            return (out, row, from, count) -> copy(data, row.offset(read) + (long) from * stride, stride, out, 0, count);
        }
        var range = new long[2];
        return (out, row, from, count) -> {
            row.inside(read, range);
            int first = Math.clamp(range[0] - from, 0, count);
            int end = Math.clamp(range[1] - from, first, count);
            Arrays.fill(out, 0, first, 0);
            copy(data, row.offset(read) + (long) (from + first) * stride, stride, out, first, end);
            Arrays.fill(out, end, count, 0);
        };
    }

    private static void copy(double[] data, long start, int stride, double[] out, int first, int end) {
        if (first == end) {
            return;
        }
        int at = Math.toIntExact(start);
        if (stride == 1) {
            System.arraycopy(data, at, out, first, end - first);
        } else if (stride == 0) {
            Arrays.fill(out, first, end, data[at]);
        } else {
            for (int i = first; i < end; i++, at += stride) {
                out[i] = data[at];
            }
        }
    }

    private Lane unary(Fn1 fn, Lane operand) {
        return (out, row, from, count) -> {
            operand.fill(out, row, from, count);
            ScalarFunctions.apply(fn, out, count);
        };
    }

    private Lane binary(Fn2 fn, Lane left, Lane right) {
        var temporary = new double[Lane.LENGTH];
        return (out, row, from, count) -> {
            left.fill(out, row, from, count);
            right.fill(temporary, row, from, count);
            ScalarFunctions.apply(fn, out, temporary, count);
        };
    }

    private Lane select(Lane condition, Lane then, Lane otherwise) {
        var conditions = new double[Lane.LENGTH];
        var others = new double[Lane.LENGTH];
        return (out, row, from, count) -> {
            condition.fill(conditions, row, from, count);
            then.fill(out, row, from, count);
            otherwise.fill(others, row, from, count);
            for (int i = 0; i < count; i++) {
                out[i] = conditions[i] != 0 ? out[i] : others[i];
            }
        };
    }
}
