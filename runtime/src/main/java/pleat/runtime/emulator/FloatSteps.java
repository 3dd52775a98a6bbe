package pleat.runtime.emulator;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntBinaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import pleat.runtime.emulator.Action.Step;

/** Arithmetic on floating numbers. Approximate instructions give the nearest number; a GPU may be an ulp or two off. */
final class FloatSteps {
    private static final double LN2 = Math.log(2);

    private FloatSteps() {}

    static Step decode(Line line) {
        Type type = line.type();
        if (type == Type.F16X2 || type == Type.BF16X2) {
            return packed(line, type == Type.F16X2 ? Type.F16 : Type.BF16);
        }
        boolean wide = type.isWide();
        return switch (line.name()) {
            case "fma" -> fused(line, type);
            case "add", "sub", "mul", "div", "min", "max", "copysign" -> type == Type.F32 ? single(line)
                    : Steps.any(line.row(0, wide), line.row(1, wide), line.row(2, wide), Steps.rounded(type, binary(line)));
            default -> one(line, type);
        };
    }

    private static Step one(Line line, Type type) {
        Step some = Steps.any(line.row(0, type.isWide()), line.row(1, type.isWide()), unary(line, type));
        return type == Type.F32 && !line.has("ftz") ? UnaryLoops.floats(line.name(), line.narrow(0), line.narrow(1)).map(all -> Steps.full(some, all)).orElse(some)
                : some;
    }

    private static Step single(Line line) {
        DoubleBinaryOperator general = binary(line);
        boolean flushes = line.has("ftz");
        IntBinaryOperator f = switch (line.name()) {
            case "add" -> (a, b) -> Numbers.bits(Numbers.f32(a) + Numbers.f32(b));
            case "sub" -> (a, b) -> Numbers.bits(Numbers.f32(a) - Numbers.f32(b));
            case "mul" -> (a, b) -> Numbers.bits(Numbers.f32(a) * Numbers.f32(b));
            default -> (a, b) -> Numbers.bits((float) general.applyAsDouble(Numbers.f32(a), Numbers.f32(b)));
        };
        int d = line.narrow(0);
        int x = line.narrow(1);
        int y = line.narrow(2);
        Step some = Steps.ints(d, x, y, flushes ? (a, b) -> flush(f.applyAsInt(flush(a), flush(b))) : f);
        return flushes || line.has("NaN") ? some : FullLoops.floats(line.name(), d, x, y).map(all -> Steps.full(some, all)).orElse(some);
    }

    private static int flush(int bits) {
        return Numbers.bits(Numbers.flushed(Numbers.f32(bits)));
    }

    private static DoubleBinaryOperator binary(Line line) {
        if (line.has("sat") || line.has("rz") || line.has("rm") || line.has("rp") || line.has("xorsign")) {
            throw Decoder.unknown(line);
        }
        boolean nan = line.has("NaN");
        return switch (line.name()) {
            case "add" -> Double::sum;
            case "sub" -> (a, b) -> a - b;
            case "mul" -> (a, b) -> a * b;
            case "div" -> (a, b) -> a / b;
            case "min" -> (a, b) -> !nan && Double.isNaN(a) ? b : !nan && Double.isNaN(b) ? a : Math.min(a, b);
            case "max" -> (a, b) -> !nan && Double.isNaN(a) ? b : !nan && Double.isNaN(b) ? a : Math.max(a, b);
            // The first operand gives the sign.
            case "copysign" -> (a, b) -> Math.copySign(b, a);
            default -> throw Decoder.unknown(line);
        };
    }

    private static Step fused(Line line, Type type) {
        if (line.has("sat") || line.has("relu") || !line.has("rn")) {
            throw Decoder.unknown(line);
        }
        if (type == Type.F32 && line.has("ftz")) {
            return Steps.ints(line.narrow(0), line.narrow(1), line.narrow(2), line.narrow(3), (a, b, c) ->
                    flush(Numbers.bits(Math.fma(Numbers.f32(flush(a)), Numbers.f32(flush(b)), Numbers.f32(flush(c))))));
        }
        if (type == Type.F32) {
            int d = line.narrow(0);
            int x = line.narrow(1);
            int y = line.narrow(2);
            int z = line.narrow(3);
            return Steps.full(Steps.ints(d, x, y, z, (a, b, c) -> Numbers.bits(Math.fma(Numbers.f32(a), Numbers.f32(b), Numbers.f32(c)))),
                    FullLoops.fused(d, x, y, z));
        }
        boolean wide = type.isWide();
        return Steps.any(line.row(0, wide), line.row(1, wide), line.row(2, wide), line.row(3, wide), (a, b, c) -> fma(type, a, b, c));
    }

    private static long fma(Type type, long a, long b, long c) {
        return Numbers.bits(type, Math.fma(Numbers.value(type, a), Numbers.value(type, b), Numbers.value(type, c)));
    }

    private static LongUnaryOperator unary(Line line, Type type) {
        long sign = 1L << 8 * type.bytes() - 1;
        if (line.name().equals("neg")) {
            return a -> a ^ sign;
        }
        if (line.name().equals("abs")) {
            return a -> a & ~sign;
        }
        DoubleUnaryOperator f = switch (line.name()) {
            // Exact to far more than a float holds, and several times faster than a power.
            case "ex2" -> x -> Math.exp(x * LN2);
            case "lg2" -> x -> Math.log(x) / Math.log(2);
            case "sin" -> Math::sin;
            case "cos" -> Math::cos;
            case "tanh" -> Math::tanh;
            case "rcp" -> x -> 1 / x;
            case "rsqrt" -> x -> 1 / Math.sqrt(x);
            case "sqrt" -> Math::sqrt;
            default -> throw Decoder.unknown(line);
        };
        boolean flushes = line.has("ftz") && type == Type.F32;
        return a -> {
            double x = Numbers.value(type, a);
            double y = f.applyAsDouble(flushes ? Numbers.flushed((float) x) : x);
            return Numbers.bits(type, flushes ? Numbers.flushed((float) y) : y);
        };
    }

    private static Step packed(Line line, Type half) {
        Row d = line.row(0, false);
        if (line.name().equals("fma")) {
            return Steps.any(d, line.row(1, false), line.row(2, false), line.row(3, false), (a, b, c) ->
                    fma(half, a & 0xffff, b & 0xffff, c & 0xffff) | fma(half, a >>> 16, b >>> 16, c >>> 16) << 16);
        }
        if (line.operandCount() == 2) {
            LongUnaryOperator f = unary(line, half);
            return Steps.any(d, line.row(1, false), a -> f.applyAsLong(a & 0xffff) | f.applyAsLong(a >>> 16) << 16);
        }
        LongBinaryOperator f = Steps.rounded(half, binary(line));
        return Steps.any(d, line.row(1, false), line.row(2, false),
                (a, b) -> f.applyAsLong(a & 0xffff, b & 0xffff) | f.applyAsLong(a >>> 16, b >>> 16) << 16);
    }
}
