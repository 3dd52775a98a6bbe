package pleat.passes.assign;

import java.util.Arrays;

/**
 * Raises a lower bound: memory gets a price at each row, which moves along the excess of what a tree bound at these prices would like to
 * hold (a deflected subgradient with Polyak's step). Every value is a bound, whatever the prices are; only the best one is kept.
 */
final class DualAscent {
    private static final int PASSES = 2;
    private static final int FIRST_PASSES = 60;
    /** Iterations without a better bound, after which steps become shorter. */
    private static final int PATIENCE = 12;
    private static final double SHORTEST = 2e-3;
    private static final double LARGEST_TOTAL = 1L << 56;

    private final Core core;
    private final TreeBound tree;
    /** In scaled cost for a unit of memory, by row. */
    private final double[] price;
    private final double[] direction;
    private final double most;
    private double[] bestPrice;
    private long[][] charged;
    private long bound = Long.MIN_VALUE;
    private long lastBound;
    private double step = 1;
    private int fruitless;
    private int iterations;

    /** @param price where to start, by row */
    DualAscent(Core core, double[] price) {
        this.core = core;
        this.tree = new TreeBound(core);
        this.price = price.clone();
        this.direction = new double[core.rows()];
        this.bestPrice = price.clone();
        double largest = Arrays.stream(core.room).mapToDouble(room -> room).max().orElse(0) + 1;
        this.most = LARGEST_TOTAL / largest;
    }

    /** The best bound so far, in scaled cost. */
    long bound() {
        return bound;
    }

    double[] bestPrice() {
        return bestPrice;
    }

    boolean isDone() {
        return step < SHORTEST || core.rows() == 0 && iterations > PATIENCE;
    }

    /** Goes on with longer steps, from the best prices. */
    void restart() {
        step = 0.5;
        System.arraycopy(bestPrice, 0, price, 0, price.length);
        Arrays.fill(direction, 0);
    }

    /** One step; {@code upper} is the scaled cost of an assignment, or what one might cost. */
    void iterate(double upper) {
        var prices = new Prices(core, price);
        charged = prices.charged();
        long sum = 0;
        for (int pass = iterations == 0 ? FIRST_PASSES : PASSES; pass > 0; pass--) {
            tree.pass(charged, true);
            sum = tree.pass(charged, false);
        }
        iterations++;
        long now = sum - prices.paidAtMost();
        lastBound = now;
        if (now > bound + Math.abs(bound) * 1e-9) {
            bestPrice = price.clone();
            fruitless = 0;
        } else if (++fruitless > PATIENCE) {
            step *= 0.7;
            fruitless = 0;
        }
        bound = Math.max(bound, now);
        move(upper - now);
    }

    /** By variable and strategy, by how much more than the bound of the last step every assignment costs that takes it. */
    long[][] reduced() {
        var reduced = new long[core.variables][];
        Arrays.setAll(reduced, tree::reduced);
        return reduced;
    }

    /** The bound of the last step. */
    long lastBound() {
        return lastBound;
    }

    /** An assignment that goes with the prices of the last step; it need not fit. */
    int[] decode() {
        return tree.decode(charged);
    }

    private void move(double gap) {
        double norm = 0;
        double[] excess = excess();
        for (int row = 0; row < price.length; row++) {
            double wanted = price[row] <= 0 && excess[row] < 0 ? 0 : excess[row];
            direction[row] = 0.6 * direction[row] + 0.4 * wanted;
            norm += direction[row] * direction[row];
        }
        if (norm == 0) {
            step *= 0.9;
            return;
        }
        double length = 0.5 * step * Math.max(1, gap) / norm;
        double total = 0;
        for (int row = 0; row < price.length; row++) {
            price[row] = Math.max(0, price[row] + length * direction[row]);
            total += price[row];
        }
        for (int row = 0; row < price.length && total > most; row++) {
            price[row] *= most / total;
        }
    }

    /** By row, by how much the strategies that are best at these prices are past the room; equally good ones count by halves. */
    private double[] excess() {
        var change = new double[core.rows() + 1];
        for (int v = 0; v < core.variables; v++) {
            for (int u = 0; u < core.useFrom[v].length; u++) {
                double amount = meanOfBest(tree.marginal[v], core.amounts[v][u]);
                change[core.useFrom[v][u]] += amount;
                change[core.useTo[v][u]] -= amount;
            }
        }
        var excess = new double[core.rows()];
        double load = 0;
        for (int row = 0; row < excess.length; row++) {
            load += change[row];
            excess[row] = load - core.room[row];
        }
        return excess;
    }

    private static double meanOfBest(long[] marginal, long[] amounts) {
        double sum = 0;
        int count = 0;
        for (int i = 0; i < marginal.length; i++) {
            if (marginal[i] == 0) {
                sum += amounts[i];
                count++;
            }
        }
        return sum / count;
    }
}
