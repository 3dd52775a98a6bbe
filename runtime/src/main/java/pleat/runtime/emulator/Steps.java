package pleat.runtime.emulator;

import java.util.function.DoubleBinaryOperator;
import java.util.function.IntBinaryOperator;
import java.util.function.IntUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import pleat.runtime.emulator.Action.Step;

/** Steps that do the same for each lane. */
final class Steps {
    private Steps() {}

    @FunctionalInterface
    interface IntTernary {
        int apply(int a, int b, int c);
    }

    @FunctionalInterface
    interface LongTernary {
        long apply(long a, long b, long c);
    }

    /** What all 32 lanes do at once. Each instruction has a loop of its own, which the JVM can unroll; one that called a function for each lane would be ten times slower. */
    @FunctionalInterface
    interface Full {
        void run(int[] narrow, long[] wide);
    }

    /** @param some what is done when some lanes are elsewhere */
    static Step full(Step some, Full all) {
        return (warp, lanes) -> {
            if (lanes == -1) {
                all.run(warp.narrow, warp.wide);
            } else {
                some.run(warp, lanes);
            }
        };
    }

    static Step ints(int d, int a, IntUnaryOperator f) {
        return (warp, lanes) -> {
            int[] r = warp.narrow;
            for (int lane = 0; lane < Row.LANES; lane++) {
                if ((lanes >>> lane & 1) != 0) {
                    r[d + lane] = f.applyAsInt(r[a + lane]);
                }
            }
        };
    }

    static Step ints(int d, int a, int b, IntBinaryOperator f) {
        return (warp, lanes) -> {
            int[] r = warp.narrow;
            for (int lane = 0; lane < Row.LANES; lane++) {
                if ((lanes >>> lane & 1) != 0) {
                    r[d + lane] = f.applyAsInt(r[a + lane], r[b + lane]);
                }
            }
        };
    }

    static Step ints(int d, int a, int b, int c, IntTernary f) {
        return (warp, lanes) -> {
            int[] r = warp.narrow;
            for (int lane = 0; lane < Row.LANES; lane++) {
                if ((lanes >>> lane & 1) != 0) {
                    r[d + lane] = f.apply(r[a + lane], r[b + lane], r[c + lane]);
                }
            }
        };
    }

    /** For rows of any width; a narrow one is extended by zeros. */
    static Step any(Row d, Row a, LongUnaryOperator f) {
        return (warp, lanes) -> {
            for (int rest = lanes; rest != 0; rest &= rest - 1) {
                int lane = Lanes.first(rest);
                d.set(warp, lane, f.applyAsLong(a.get(warp, lane)));
            }
        };
    }

    static Step any(Row d, Row a, Row b, LongBinaryOperator f) {
        return (warp, lanes) -> {
            for (int rest = lanes; rest != 0; rest &= rest - 1) {
                int lane = Lanes.first(rest);
                d.set(warp, lane, f.applyAsLong(a.get(warp, lane), b.get(warp, lane)));
            }
        };
    }

    static Step any(Row d, Row a, Row b, Row c, LongTernary f) {
        return (warp, lanes) -> {
            for (int rest = lanes; rest != 0; rest &= rest - 1) {
                int lane = Lanes.first(rest);
                d.set(warp, lane, f.apply(a.get(warp, lane), b.get(warp, lane), c.get(warp, lane)));
            }
        };
    }

    /** An operation on numbers of a floating type, by way of double: exact for sums and products of narrower ones, rounded once. */
    static LongBinaryOperator rounded(Type type, DoubleBinaryOperator f) {
        return (a, b) -> Numbers.bits(type, f.applyAsDouble(Numbers.value(type, a), Numbers.value(type, b)));
    }
}
