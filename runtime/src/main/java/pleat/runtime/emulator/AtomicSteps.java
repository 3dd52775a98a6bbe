package pleat.runtime.emulator;

import java.util.List;
import java.util.function.LongBinaryOperator;
import pleat.runtime.emulator.Action.Step;

/** Atomic operations; lanes go one after the other, the lowest first. */
final class AtomicSteps {
    private AtomicSteps() {}

    static Step decode(Line line) {
        Type type = line.type();
        boolean returns = line.name().equals("atom");
        int first = returns ? 1 : 0;
        if (line.operand(first + 1).startsWith("{")) {
            throw Decoder.unknown(line);
        }
        boolean wide = type.isWide();
        Row old = returns ? line.row(0, wide) : line.row("_", wide);
        Line.Address address = line.address(first);
        Row operand = line.row(first + 1, wide);
        boolean swaps = line.has("cas");
        Row replacement = swaps ? line.row(first + 2, wide) : operand;
        LongBinaryOperator f = swaps ? (a, b) -> b : operation(line, type);
        return MemorySteps.at(MemorySteps.space(line), address, (warp, lanes, space) -> {
            Access.check(warp, lanes, space, type.bytes(), Access.Use.ATOMIC);
            int i = 0;
            for (int rest = lanes; rest != 0; rest &= rest - 1) {
                int lane = Lanes.first(rest);
                long at = warp.addresses[i++];
                long before = Access.load(warp, lane, space, at, type.bytes());
                long given = operand.get(warp, lane);
                if (!swaps || before == type.extend(given)) {
                    Access.store(warp, lane, space, at, type.bytes(), swaps ? replacement.get(warp, lane) : f.applyAsLong(before, given));
                }
                old.set(warp, lane, before);
            }
        });
    }

    private static LongBinaryOperator operation(Line line, Type type) {
        if (type == Type.F16X2 || type == Type.BF16X2) {
            Type half = type == Type.F16X2 ? Type.F16 : Type.BF16;
            LongBinaryOperator add = Steps.rounded(half, Double::sum);
            return (a, b) -> add.applyAsLong(a & 0xffff, b & 0xffff) | add.applyAsLong(a >>> 16, b >>> 16) << 16;
        }
        List<String> known = List.of("add", "min", "max", "and", "or", "xor", "exch", "inc", "dec");
        String name = known.stream().filter(line::has).findFirst().orElseThrow(() -> Decoder.unknown(line));
        if (type.isFloat() && name.equals("add")) {
            return Steps.rounded(type, Double::sum);
        }
        return (a, b) -> integer(name, type, type.extend(a), type.extend(b));
    }

    private static long integer(String name, Type type, long a, long b) {
        boolean less = type.isSigned() ? a < b : Long.compareUnsigned(a, b) < 0;
        return switch (name) {
            case "add" -> a + b;
            case "min" -> less ? a : b;
            case "max" -> less ? b : a;
            case "and" -> a & b;
            case "or" -> a | b;
            case "xor" -> a ^ b;
            case "exch" -> b;
            case "inc" -> less ? a + 1 : 0;
            default -> a == 0 || Long.compareUnsigned(a, b) > 0 ? b : a - 1;
        };
    }
}
