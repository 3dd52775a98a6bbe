package pleat.runtime.emulator;

import java.util.List;
import java.util.Optional;
import java.util.function.LongUnaryOperator;
import pleat.runtime.emulator.Action.Step;
import pleat.runtime.emulator.Steps.Full;

/** Moves between registers, and conversions. */
final class MoveSteps {
    private MoveSteps() {}

    static Step decode(Line line) {
        return line.name().equals("mov") ? move(line) : convert(line);
    }

    private static Step move(Line line) {
        Type type = line.type();
        boolean wide = type.isWide();
        if (line.operand(0).startsWith("{")) {
            return unpack(line.rows(0, false), line.row(1, wide), 8 * type.bytes());
        }
        if (line.operand(1).startsWith("{")) {
            return pack(line.row(0, wide), line.rows(1, false), 8 * type.bytes());
        }
        Row d = line.row(0, wide);
        Row a = line.row(1, wide);
        Step some = d.isWide() || a.isWide() ? Steps.any(d, a, x -> x) : Steps.ints(d.base(), a.base(), x -> x);
        return d.isWide() == a.isWide() ? Steps.full(some, FullLoops.copy(d.isWide(), d.base(), a.base())) : some;
    }

    private static Step unpack(List<Row> parts, Row whole, int bits) {
        int each = bits / parts.size();
        return (warp, lanes) -> {
            for (int rest = lanes; rest != 0; rest &= rest - 1) {
                int lane = Lanes.first(rest);
                long value = whole.get(warp, lane);
                for (int i = 0; i < parts.size(); i++) {
                    parts.get(i).set(warp, lane, value >>> i * each & (1L << each) - 1);
                }
            }
        };
    }

    private static Step pack(Row whole, List<Row> parts, int bits) {
        int each = bits / parts.size();
        return (warp, lanes) -> {
            for (int rest = lanes; rest != 0; rest &= rest - 1) {
                int lane = Lanes.first(rest);
                long value = 0;
                for (int i = 0; i < parts.size(); i++) {
                    value |= (parts.get(i).get(warp, lane) & (1L << each) - 1) << i * each;
                }
                whole.set(warp, lane, value);
            }
        };
    }

    private static Step convert(Line line) {
        Type to = line.type(1);
        Type from = line.type(0);
        if (line.has("relu") || line.has("satfinite")) {
            throw Decoder.unknown(line);
        }
        if (to == Type.BF16X2 || to == Type.F16X2) {
            Type half = to == Type.BF16X2 ? Type.BF16 : Type.F16;
            return Steps.any(line.row(0, false), line.row(1, false), line.row(2, false), (high, low) ->
                    Numbers.bits(half, Numbers.f32((int) high)) << 16 | Numbers.bits(half, Numbers.f32((int) low)));
        }
        Step some = Steps.any(line.row(0, to.isWide()), line.row(1, from.isWide()), conversion(line, to, from));
        return loop(line, to, from).map(all -> Steps.full(some, all)).orElse(some);
    }

    private static Optional<Full> loop(Line line, Type to, Type from) {
        Row d = line.row(0, to.isWide());
        // The source may be the lower half of a wide register.
        Row a = line.row(1, from.isWide());
        boolean whole = !to.isFloat() && !from.isFloat() && !line.has("sat");
        if (to == Type.TF32 && from == Type.F32) {
            return Optional.of(UnaryLoops.toTf32(d.base(), a.base()));
        }
        if (whole && to.isWide() && from.bytes() == 4 && !a.isWide()) {
            return Optional.of(FullLoops.extend(from.isSigned(), d.base(), a.base()));
        }
        if (whole && to.bytes() == 4 && !d.isWide() && a.isWide() && from.bytes() >= 4) {
            return Optional.of(UnaryLoops.lower(d.base(), a.base()));
        }
        if (whole && !d.isWide() && !a.isWide() && !from.isSigned() && Math.min(to.bytes(), from.bytes()) == 2) {
            return Optional.of(UnaryLoops.lowerHalf(d.base(), a.base()));
        }
        return to == Type.F32 && !from.isFloat() && from.bytes() == 4 && line.has("rn")
                ? Optional.of(UnaryLoops.toFloat(from.isSigned(), d.base(), a.base())) : Optional.empty();
    }

    private static LongUnaryOperator conversion(Line line, Type to, Type from) {
        if (to == Type.TF32) {
            return a -> Numbers.toTf32((int) a) & 0xffffffffL;
        }
        if (from.isFloat() && to.isFloat()) {
            boolean saturates = line.has("sat");
            boolean flushes = line.has("ftz");
            return a -> {
                double x = Numbers.value(from, a);
                double rounded = toInteger(line, flushes ? Numbers.flushed((float) x) : x);
                return Numbers.bits(to, saturates ? Math.clamp(Double.isNaN(rounded) ? 0 : rounded, 0, 1) : rounded);
            };
        }
        if (from.isFloat()) {
            return a -> saturated(to, toInteger(line, Numbers.value(from, a)));
        }
        if (to.isFloat()) {
            return a -> Numbers.bits(to, from == Type.U64 && a < 0 ? unsigned(a) : from.isWide() && to == Type.F32 ? (float) a
                    : (double) from.extend(a));
        }
        if (line.has("sat")) {
            throw Decoder.unknown(line);
        }
        long mask = to.isWide() ? -1 : (1L << 8 * to.bytes()) - 1;
        return a -> from.extend(a) & mask;
    }

    /** Halves and keeps the lowest bit, so that rounding happens once. */
    private static double unsigned(long a) {
        return (double) (float) (a >>> 1 | a & 1) * 2;
    }

    private static double toInteger(Line line, double value) {
        return line.has("rni") ? Math.rint(value) : line.has("rmi") ? Math.floor(value) : line.has("rpi") ? Math.ceil(value)
                : line.has("rzi") ? (value < 0 ? Math.ceil(value) : Math.floor(value)) : value;
    }

    private static long saturated(Type to, double value) {
        int bits = 8 * to.bytes();
        double low = to.isSigned() ? -Math.pow(2, bits - 1) : 0;
        double high = Math.pow(2, to.isSigned() ? bits - 1 : bits) - 1;
        if (to == Type.U64) {
            return value >= Math.pow(2, 63) ? (long) (value - Math.pow(2, 63)) ^ Long.MIN_VALUE : (long) Math.max(0, value);
        }
        long result = (long) Math.clamp(Double.isNaN(value) ? 0 : value, low, high);
        return to.isWide() ? result : result & (1L << bits) - 1;
    }
}
