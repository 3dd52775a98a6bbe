package pleat.passes.assign;

import java.math.BigInteger;
import java.util.Arrays;

/** What a unit of memory costs at each row, and what that adds to the cost of each strategy. All of it is rounded so that bounds stay bounds. */
final class Prices {
    private static final int FINEST = 40;

    private final Core core;
    /** How many binary digits stand behind the point of a price. */
    private final int fraction;
    private final long[] price;

    Prices(Core core, double[] prices) {
        this.core = core;
        this.fraction = Math.clamp(60 - Math.getExponent(Arrays.stream(prices).sum() + 1), 1, FINEST);
        this.price = Arrays.stream(prices).mapToLong(exact -> (long) Math.scalb(exact, fraction)).toArray();
    }

    /** By variable and strategy, its cost and what its memory costs, rounded down. */
    long[][] charged() {
        var until = new long[price.length + 1];
        for (int row = 0; row < price.length; row++) {
            until[row + 1] = until[row] + price[row];
        }
        var charged = new long[core.variables][];
        for (int v = 0; v < core.variables; v++) {
            charged[v] = core.cost[v].clone();
            for (int u = 0; u < core.useFrom[v].length; u++) {
                long rate = until[core.useTo[v][u]] - until[core.useFrom[v][u]];
                for (int i = 0; i < charged[v].length && rate != 0; i++) {
                    charged[v][i] += floorProduct(rate, core.amounts[v][u][i]);
                }
            }
        }
        return charged;
    }

    private long floorProduct(long rate, long amount) {
        return Math.multiplyHigh(rate, amount) << (64 - fraction) | rate * amount >>> fraction;
    }

    /** What all the room costs, rounded up: no assignment that fits pays more for its memory. */
    long paidAtMost() {
        var sum = BigInteger.ZERO;
        for (int row = 0; row < price.length; row++) {
            sum = sum.add(BigInteger.valueOf(price[row]).multiply(BigInteger.valueOf(core.room[row])));
        }
        return sum.negate().shiftRight(fraction).negate().longValueExact();
    }
}
