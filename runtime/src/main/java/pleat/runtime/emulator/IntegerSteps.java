package pleat.runtime.emulator;

import java.util.Optional;
import java.util.function.IntBinaryOperator;
import java.util.function.LongBinaryOperator;
import pleat.runtime.emulator.Action.Step;

/** Arithmetic on integers, and on bits. */
final class IntegerSteps {
    private IntegerSteps() {}

    static Step decode(Line line) {
        return switch (line.name()) {
            case "mul", "mad" -> line.has("wide") ? widening(line) : multiply(line);
            case "bfe", "bfi", "shf", "prmt", "lop3" -> three(line);
            case "neg", "abs", "not", "brev", "clz", "popc" -> one(line);
            default -> two(line);
        };
    }

    private static Step one(Line line) {
        Type type = line.type();
        boolean counts = line.name().equals("clz") || line.name().equals("popc");
        Row d = line.row(0, type.isWide() && !counts);
        Step some = Steps.any(d, line.row(1, type.isWide()), a -> {
            long x = type.extend(a);
            return switch (line.name()) {
                case "neg" -> narrowed(type, -x);
                case "abs" -> narrowed(type, Math.abs(x));
                case "not" -> type == Type.PRED ? ~x & 1 : narrowed(type, ~x);
                case "brev" -> Long.reverse(x) >>> 64 - 8 * type.bytes();
                case "clz" -> Long.numberOfLeadingZeros(x) - (64 - 8 * type.bytes());
                default -> Long.bitCount(x);
            };
        });
        return type.bytes() == 4 ? UnaryLoops.narrow(line.name(), line.narrow(0), line.narrow(1)).map(all -> Steps.full(some, all)).orElse(some) : some;
    }

    private static Step two(Line line) {
        Type type = line.type();
        if (line.has("cc") || line.has("sat")) {
            throw Decoder.unknown(line);
        }
        Optional<IntBinaryOperator> fast = fast(line);
        if (type.bytes() == 4 && fast.isPresent()) {
            int d = line.narrow(0);
            int a = line.narrow(1);
            int b = line.narrow(2);
            Step some = Steps.ints(d, a, b, fast.get());
            return FullLoops.narrow(line.name(), type, d, a, b).map(all -> Steps.full(some, all)).orElse(some);
        }
        LongBinaryOperator f = operation(line, type);
        if (type == Type.PRED) {
            return predicates(line, f);
        }
        boolean shifts = line.name().equals("shl") || line.name().equals("shr");
        Step some = Steps.any(line.row(0, type.isWide()), line.row(1, type.isWide()), line.row(2, type.isWide() && !shifts),
                (a, b) -> narrowed(type, f.applyAsLong(type.extend(a), shifts ? b : type.extend(b))));
        return shifts || !type.isWide() ? some
                : FullLoops.wide(line.name(), line.wide(0), line.wide(1), line.wide(2)).map(all -> Steps.full(some, all)).orElse(some);
    }

    private static Step predicates(Line line, LongBinaryOperator f) {
        int d = line.narrow(0);
        int a = line.narrow(1);
        int b = line.narrow(2);
        Step some = Steps.ints(d, a, b, (x, y) -> (int) f.applyAsLong(x & 1, y & 1));
        return FullLoops.narrow(line.name(), Type.PRED, d, a, b).map(all -> Steps.full(some, all)).orElse(some);
    }

    /** The operations that kernels are full of, without the detour over 64 bits. */
    private static Optional<IntBinaryOperator> fast(Line line) {
        return switch (line.name()) {
            case "add" -> Optional.of(Integer::sum);
            case "sub" -> Optional.of((a, b) -> a - b);
            case "and" -> Optional.of((a, b) -> a & b);
            case "or" -> Optional.of((a, b) -> a | b);
            case "xor" -> Optional.of((a, b) -> a ^ b);
            case "shl" -> Optional.of((a, b) -> Integer.compareUnsigned(b, 32) < 0 ? a << b : 0);
            case "shr" -> Optional.of(line.type().isSigned() ? (a, b) -> a >> (Integer.compareUnsigned(b, 32) < 0 ? b : 31)
                    : (a, b) -> Integer.compareUnsigned(b, 32) < 0 ? a >>> b : 0);
            default -> Optional.empty();
        };
    }

    private static LongBinaryOperator operation(Line line, Type type) {
        int bits = 8 * type.bytes();
        return switch (line.name()) {
            case "add" -> Long::sum;
            case "sub" -> (a, b) -> a - b;
            case "and" -> (a, b) -> a & b;
            case "or" -> (a, b) -> a | b;
            case "xor" -> (a, b) -> a ^ b;
            case "min" -> type.isSigned() ? Math::min : (a, b) -> Long.compareUnsigned(a, b) < 0 ? a : b;
            case "max" -> type.isSigned() ? Math::max : (a, b) -> Long.compareUnsigned(a, b) > 0 ? a : b;
            // A GPU divides by zero without complaint; the result is all ones.
            case "div" -> type.isSigned() ? (a, b) -> b == 0 ? -1 : a / b : (a, b) -> b == 0 ? -1 : Long.divideUnsigned(a, b);
            case "rem" -> type.isSigned() ? (a, b) -> b == 0 ? a : a % b : (a, b) -> b == 0 ? a : Long.remainderUnsigned(a, b);
            case "shl" -> (a, b) -> b >= bits ? 0 : a << b;
            case "shr" -> type.isSigned() ? (a, b) -> a >> Math.min(b, 63) : (a, b) -> b >= bits ? 0 : a >>> b;
            default -> throw Decoder.unknown(line);
        };
    }

    private static long narrowed(Type type, long value) {
        return type.isWide() ? value : type == Type.PRED ? value & 1 : value & (1L << 8 * type.bytes()) - 1;
    }

    private static Step widening(Line line) {
        Type type = line.type();
        boolean wide = type.bytes() == 4;
        Row d = line.row(0, wide);
        if (line.name().equals("mul")) {
            Step some = Steps.any(d, line.row(1, false), line.row(2, false), (a, b) -> type.extend(a) * type.extend(b));
            return wide ? Steps.full(some, FullLoops.widening(type.isSigned(), d.base(), line.narrow(1), line.narrow(2))) : some;
        }
        return Steps.any(d, line.row(1, false), line.row(2, false), line.row(3, wide), (a, b, c) -> type.extend(a) * type.extend(b) + c);
    }

    private static Step multiply(Line line) {
        Type type = line.type();
        LongBinaryOperator product = line.has("hi") ? high(type) : (a, b) -> a * b;
        boolean wide = type.isWide();
        if (line.name().equals("mul")) {
            Step some = Steps.any(line.row(0, wide), line.row(1, wide), line.row(2, wide),
                    (a, b) -> narrowed(type, product.applyAsLong(type.extend(a), type.extend(b))));
            return line.has("hi") || type.bytes() < 4 ? some : Steps.full(some, (wide ? FullLoops.wide("mul", line.wide(0), line.wide(1), line.wide(2))
                    : FullLoops.narrow("mul", type, line.narrow(0), line.narrow(1), line.narrow(2))).orElseThrow());
        }
        Step some = Steps.any(line.row(0, wide), line.row(1, wide), line.row(2, wide), line.row(3, wide),
                (a, b, c) -> narrowed(type, product.applyAsLong(type.extend(a), type.extend(b)) + c));
        return line.has("hi") || type.bytes() != 4 ? some
                : Steps.full(some, FullLoops.multiplyAdd(line.narrow(0), line.narrow(1), line.narrow(2), line.narrow(3)));
    }

    private static LongBinaryOperator high(Type type) {
        if (type.isWide()) {
            return type.isSigned() ? Math::multiplyHigh : Math::unsignedMultiplyHigh;
        }
        return (a, b) -> a * b >> 8 * type.bytes();
    }

    private static Step three(Line line) {
        Type type = line.type();
        boolean wide = type.isWide();
        return switch (line.name()) {
            case "bfe" -> Steps.any(line.row(0, wide), line.row(1, wide), line.row(2, false), line.row(3, false),
                    (a, b, c) -> extract(type, a, (int) b & 255, (int) c & 255));
            case "bfi" -> insert(line, wide);
            case "shf" -> funnel(line);
            case "prmt" -> Steps.any(line.row(0, false), line.row(1, false), line.row(2, false), line.row(3, false),
                    (a, b, c) -> permute(b << 32 | a, (int) c));
            default -> logic(line);
        };
    }

    private static long extract(Type type, long bits, int from, int length) {
        if (length == 0 || from > 63) {
            return 0;
        }
        long value = type.extend(bits) >> from;
        return length > 63 ? value : narrowed(type, type.isSigned() ? value << 64 - length >> 64 - length : value & (1L << length) - 1);
    }

    private static Step insert(Line line, boolean wide) {
        Row length = line.row(4, false);
        Row d = line.row(0, wide);
        Row a = line.row(1, wide);
        Row b = line.row(2, wide);
        Row from = line.row(3, false);
        return (warp, lanes) -> {
            for (int rest = lanes; rest != 0; rest &= rest - 1) {
                int lane = Lanes.first(rest);
                int at = (int) from.get(warp, lane) & 255;
                int count = (int) length.get(warp, lane) & 255;
                long mask = at > 63 ? 0 : (count > 63 ? -1 : (1L << count) - 1) << at;
                d.set(warp, lane, b.get(warp, lane) & ~mask | a.get(warp, lane) << at & mask);
            }
        };
    }

    private static Step funnel(Line line) {
        boolean left = line.has("l");
        boolean clamps = line.has("clamp");
        return Steps.any(line.row(0, false), line.row(1, false), line.row(2, false), line.row(3, false), (a, b, c) -> {
            int by = clamps ? (int) Math.min(c, 32) : (int) c & 31;
            long both = b << 32 | a;
            return left ? both << by >>> 32 : both >>> by;
        });
    }

    private static long permute(long bytes, int selectors) {
        long result = 0;
        for (int i = 0; i < 4; i++) {
            int selector = selectors >>> 4 * i & 15;
            long value = bytes >>> 8 * (selector & 7) & 255;
            if ((selector & 8) != 0) {
                value = (value & 128) != 0 ? 255 : 0;
            }
            result |= value << 8 * i;
        }
        return result;
    }

    private static Step logic(Line line) {
        int table = (int) line.constant(line.operand(4));
        return Steps.ints(line.narrow(0), line.narrow(1), line.narrow(2), line.narrow(3), (a, b, c) -> {
            int result = 0;
            for (int i = 0; i < 8; i++) {
                if ((table >> i & 1) != 0) {
                    result |= ((i & 4) != 0 ? a : ~a) & ((i & 2) != 0 ? b : ~b) & ((i & 1) != 0 ? c : ~c);
                }
            }
            return result;
        });
    }
}
