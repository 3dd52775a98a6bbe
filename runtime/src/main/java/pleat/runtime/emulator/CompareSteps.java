package pleat.runtime.emulator;

import java.util.function.LongBinaryOperator;
import pleat.runtime.emulator.Action.Step;

/** Comparisons and choices. */
final class CompareSteps {
    private CompareSteps() {}

    @FunctionalInterface
    private interface Test {
        boolean holds(long a, long b);
    }

    static Step decode(Line line) {
        return switch (line.name()) {
            case "setp" -> predicate(line);
            case "set" -> set(line);
            case "slct" -> slct(line);
            default -> select(line);
        };
    }

    private static Step predicate(Line line) {
        Type type = line.type();
        Test test = test(line.part(1), type);
        boolean combines = line.has("and") || line.has("or") || line.has("xor");
        int inputs = combines ? 3 : 2;
        boolean two = line.operandCount() == inputs + 2;
        int first = two ? 2 : 1;
        int d = line.narrow(0);
        Row negated = two ? line.row(1, false) : new Row(false, d);
        Row a = line.row(first, type.isWide());
        Row b = line.row(first + 1, type.isWide());
        LongBinaryOperator combine = line.has("and") ? (x, y) -> x & y : line.has("or") ? (x, y) -> x | y : (x, y) -> x ^ y;
        boolean inverted = combines && line.operand(first + 2).startsWith("!");
        Row third = combines ? line.row(inverted ? line.operand(first + 2).substring(1) : line.operand(first + 2), false)
                : new Row(false, d);
        Step some = (warp, lanes) -> {
            for (int rest = lanes; rest != 0; rest &= rest - 1) {
                int lane = Lanes.first(rest);
                long holds = test.holds(a.get(warp, lane), b.get(warp, lane)) ? 1 : 0;
                long with = third.get(warp, lane) & 1 ^ (inverted ? 1 : 0);
                long result = combines ? combine.applyAsLong(holds, with) : holds;
                long opposite = combines ? combine.applyAsLong(holds ^ 1, with) : holds ^ 1;
                if (two) {
                    negated.set(warp, lane, opposite);
                }
                warp.narrow[d + lane] = (int) result;
            }
        };
        boolean isPlain = !combines && !two && type.bytes() == 4 && !type.isFloat();
        return isPlain ? FullLoops.compare(line.part(1), type.isSigned(), d, a.base(), b.base()).map(all -> Steps.full(some, all)).orElse(some) : some;
    }

    private static Step set(Line line) {
        Type to = line.type(1);
        Type from = line.type();
        Test test = test(line.part(1), from);
        long yes = to == Type.F32 ? Numbers.bits(1f) : 0xffffffffL;
        return Steps.any(line.row(0, false), line.row(1, from.isWide()), line.row(2, from.isWide()), (a, b) -> test.holds(a, b) ? yes : 0);
    }

    private static Step slct(Line line) {
        boolean floating = line.type() == Type.F32;
        boolean wide = line.type(1).isWide();
        return Steps.any(line.row(0, wide), line.row(1, wide), line.row(2, wide), line.row(3, false),
                (a, b, c) -> (floating ? Numbers.f32((int) c) >= 0 : (int) c >= 0) ? a : b);
    }

    private static Step select(Line line) {
        boolean wide = line.type().isWide();
        Row d = line.row(0, wide);
        Row a = line.row(1, wide);
        Row b = line.row(2, wide);
        int p = line.narrow(3);
        return wide ? Steps.full(Steps.any(d, a, b, new Row(false, p), (x, y, c) -> (c & 1) != 0 ? x : y),
                FullLoops.selectWide(d.wideBase(), a.wideBase(), b.wideBase(), p))
                : Steps.full(Steps.ints(d.narrowBase(), a.narrowBase(), b.narrowBase(), p, (x, y, c) -> (c & 1) != 0 ? x : y),
                        FullLoops.select(d.narrowBase(), a.narrowBase(), b.narrowBase(), p));
    }

    private static Test test(String comparison, Type type) {
        if (type.isFloat()) {
            return floating(comparison, type);
        }
        LongBinaryOperator order = type.isSigned() ? (a, b) -> Long.compare(type.extend(a), type.extend(b))
                : (a, b) -> Long.compareUnsigned(type.extend(a), type.extend(b));
        return switch (comparison) {
            case "eq" -> (a, b) -> type.extend(a) == type.extend(b);
            case "ne" -> (a, b) -> type.extend(a) != type.extend(b);
            case "lt", "lo" -> (a, b) -> order.applyAsLong(a, b) < 0;
            case "le", "ls" -> (a, b) -> order.applyAsLong(a, b) <= 0;
            case "gt", "hi" -> (a, b) -> order.applyAsLong(a, b) > 0;
            case "ge", "hs" -> (a, b) -> order.applyAsLong(a, b) >= 0;
            default -> throw new PtxSyntax("no comparison ." + comparison);
        };
    }

    /** Comparisons that end in `u` also hold where one number is no number. */
    private static Test floating(String comparison, Type type) {
        return switch (comparison) {
            case "eq" -> (a, b) -> Numbers.value(type, a) == Numbers.value(type, b);
            case "ne" -> (a, b) -> Numbers.value(type, a) < Numbers.value(type, b) || Numbers.value(type, a) > Numbers.value(type, b);
            case "lt" -> (a, b) -> Numbers.value(type, a) < Numbers.value(type, b);
            case "le" -> (a, b) -> Numbers.value(type, a) <= Numbers.value(type, b);
            case "gt" -> (a, b) -> Numbers.value(type, a) > Numbers.value(type, b);
            case "ge" -> (a, b) -> Numbers.value(type, a) >= Numbers.value(type, b);
            case "neu" -> (a, b) -> Numbers.value(type, a) != Numbers.value(type, b);
            case "equ" -> not(floating("ne", type));
            case "ltu" -> not(floating("ge", type));
            case "leu" -> not(floating("gt", type));
            case "gtu" -> not(floating("le", type));
            case "geu" -> not(floating("lt", type));
            case "num" -> (a, b) -> !Double.isNaN(Numbers.value(type, a)) && !Double.isNaN(Numbers.value(type, b));
            case "nan" -> not(floating("num", type));
            default -> throw new PtxSyntax("no comparison ." + comparison);
        };
    }

    private static Test not(Test test) {
        return (a, b) -> !test.holds(a, b);
    }
}
