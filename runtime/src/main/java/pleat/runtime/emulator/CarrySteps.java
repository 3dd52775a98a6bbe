package pleat.runtime.emulator;

import pleat.runtime.emulator.Action.Step;

/** Sums and differences of numbers wider than a register: each part hands a carry on to the next. */
final class CarrySteps {
    private CarrySteps() {}

    static boolean isMeant(Line line) {
        return line.has("cc") || line.name().equals("addc") || line.name().equals("subc");
    }

    static Step decode(Line line) {
        Type type = line.type();
        boolean adds = line.name().startsWith("add");
        boolean subtracts = line.name().startsWith("sub");
        if (type.bytes() < 4 || !adds && !subtracts) {
            throw Decoder.unknown(line);
        }
        Row d = line.row(0, type.isWide());
        Row a = line.row(1, type.isWide());
        Row b = line.row(2, type.isWide());
        boolean takes = line.name().endsWith("c");
        boolean gives = line.has("cc");
        return (warp, lanes) -> {
            for (int rest = lanes; rest != 0; rest &= rest - 1) {
                int lane = Lanes.first(rest);
                int carry = takes ? warp.carries[lane] : 0;
                long x = a.get(warp, lane);
                long y = b.get(warp, lane);
                d.set(warp, lane, adds ? x + y + carry : x - y - carry);
                if (gives) {
                    warp.carries[lane] = (adds ? carries(type, x, y, carry) : borrows(x, y, carry)) ? 1 : 0;
                }
            }
        };
    }

    // Narrow rows are extended by zeros, so that their sums do not overflow a long.
    private static boolean carries(Type type, long x, long y, int carry) {
        if (!type.isWide()) {
            return x + y + carry >>> 32 != 0;
        }
        long sum = x + y;
        return Long.compareUnsigned(sum, x) < 0 || carry == 1 && sum == -1;
    }

    private static boolean borrows(long x, long y, int carry) {
        return Long.compareUnsigned(x, y) < 0 || carry == 1 && x == y;
    }
}
