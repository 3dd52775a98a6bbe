package pleat.passes.assign;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Improves an assignment block by block. A block is a tree, so that dynamic programming gives, for each of its variables, the least that the
 * part behind it can add when memory has a price; a depth-first search led by these values then looks for an assignment of the block that
 * really fits, for as many steps as it is given.
 */
final class BlockSearch {
    private final Core core;
    private final Block block;
    private final SplittableRandom random;
    private State state;
    /** By row, what a unit of memory costs. */
    private double[] price;
    private double[] priceUntil;
    /** By row, what may not be exceeded: the room, or where that is exceeded already, the load. */
    private long[] limit;
    private final long[] relaxed;
    /** What the prices are multiplied by for this block, and the rows that its members use. */
    private double factor;
    private int firstRow;
    private int endRow;

    /** By member and strategy: its cost beside what is fixed; that with the price of memory and the best of all behind it. */
    private final double[][] own;
    private final double[][] best;
    /** By member and strategy of its parent: the least of {@link #best} and the link's cost. */
    private final double[][] message;
    private final int[] trial;
    private final int[] found;

    private int steps;
    private double slackPrice;
    private double mostCost;
    private double foundCost;
    private double foundOverflow;
    private boolean repairing;
    private long work;

    BlockSearch(Core core, SplittableRandom random) {
        this.core = core;
        this.block = new Block(core);
        this.random = random;
        this.relaxed = new long[core.rows()];
        this.own = new double[core.variables][];
        this.best = new double[core.variables][];
        this.message = new double[core.variables][];
        this.trial = new int[core.variables];
        this.found = new int[core.variables];
        prices(new double[core.rows()]);
    }

    void start(State state) {
        this.state = state;
    }

    State state() {
        return state;
    }

    Block block() {
        return block;
    }

    /** How many table entries and strategies were looked at so far: a clock that runs the same everywhere. */
    long work() {
        return work;
    }

    void prices(double[] price) {
        this.price = price;
        this.priceUntil = new double[price.length + 1];
        for (int row = 0; row < price.length; row++) {
            priceUntil[row + 1] = priceUntil[row] + price[row];
        }
    }

    /**
     * Searches the block. True if the assignment has changed.
     *
     * @param factor    what prices are multiplied by
     * @param allowance how much more than now what is found may cost
     * @param repairing whether rows are past their room, so that to hold less comes before to cost less
     */
    boolean improve(double factor, double allowance, boolean repairing, int mostSteps) {
        this.factor = factor;
        this.repairing = repairing;
        findRows();
        double overflow = overflowHere();
        double costNow = takeOut();
        for (int k = block.members - 1; k >= 0; k--) {
            value(k);
        }
        double least = 0;
        for (int k = 0; k < block.members; k++) {
            least += block.parent[k] < 0 ? message[k][0] : 0;
        }
        mostCost = repairing ? Double.POSITIVE_INFINITY : costNow + allowance;
        foundCost = Double.POSITIVE_INFINITY;
        foundOverflow = Double.POSITIVE_INFINITY;
        steps = mostSteps;
        search(0, least, 0);
        boolean better = repairing ? foundOverflow < overflow || foundOverflow == overflow && foundCost <= costNow + allowance
                : foundCost <= mostCost;
        return putBack(better, costNow);
    }

    private void findRows() {
        firstRow = core.rows();
        endRow = 0;
        for (int k = 0; k < block.members; k++) {
            int v = block.member[k];
            for (int u = 0; u < core.useFrom[v].length; u++) {
                firstRow = Math.min(firstRow, core.useFrom[v][u]);
                endRow = Math.max(endRow, core.useTo[v][u]);
            }
        }
    }

    /** By how much the rows of the block are past their room, while that is being put right. */
    private double overflowHere() {
        double sum = 0;
        for (int row = firstRow; row < endRow && repairing; row++) {
            sum += Math.max(0, state.load[row] - core.room[row]);
        }
        return sum;
    }

    /** Takes the block's part out of the loads; gives its cost. */
    private double takeOut() {
        limit = repairing ? relaxed : core.room;
        for (int row = firstRow; row < endRow && repairing; row++) {
            relaxed[row] = Math.max(core.room[row], state.load[row]);
        }
        double cost = 0;
        for (int k = 0; k < block.members; k++) {
            int v = block.member[k];
            int now = state.chosen[v];
            state.remove(v, now);
            fillOwn(k, v);
            cost += own[k][now];
            int link = block.parentLink[k];
            cost += link < 0 ? 0 : core.linkCost(link, state.chosen);
        }
        slackPrice = 0;
        for (int row = firstRow; row < endRow; row++) {
            slackPrice += factor * price[row] * (limit[row] - state.load[row]);
        }
        return cost;
    }

    /** What a strategy costs beside all neighbours that are not in the block. */
    private void fillOwn(int k, int v) {
        int strategies = core.size[v];
        if (own[k] == null || own[k].length < strategies) {
            own[k] = new double[strategies];
            best[k] = new double[strategies];
        }
        double[] sum = own[k];
        for (int i = 0; i < strategies; i++) {
            sum[i] = core.cost[v][i];
        }
        for (int link : core.linksOf[v]) {
            int other = core.other(link, v);
            if (block.position[other] < 0) {
                addFixed(link, v, state.chosen[other], sum);
            }
        }
    }

    private void addFixed(int link, int v, int fixed, double[] sum) {
        long[] table = core.table[link];
        boolean isLeft = core.left[link] == v;
        int columns = core.size[core.right[link]];
        int step = isLeft ? columns : 1;
        int at = isLeft ? fixed : fixed * columns;
        for (int i = 0; i < core.size[v]; i++, at += step) {
            sum[i] += table[at];
        }
        work += core.size[v];
    }

    /** Completes {@link #best} of a member, whose children have all been here, and tells its parent. */
    private void value(int k) {
        int v = block.member[k];
        int strategies = core.size[v];
        double[] sum = best[k];
        System.arraycopy(own[k], 0, sum, 0, strategies);
        for (int u = 0; u < core.useFrom[v].length; u++) {
            double rate = factor * (priceUntil[core.useTo[v][u]] - priceUntil[core.useFrom[v][u]]);
            for (int i = 0; i < strategies && rate > 0; i++) {
                sum[i] += rate * core.amounts[v][u][i];
            }
        }
        for (int link : core.linksOf[v]) {
            int child = block.position[core.other(link, v)];
            if (child > k && block.parentLink[child] == link) {
                for (int i = 0; i < strategies; i++) {
                    sum[i] += message[child][i];
                }
            }
        }
        int link = block.parentLink[k];
        int outputs = link < 0 ? 1 : core.size[core.other(link, v)];
        if (message[k] == null || message[k].length < outputs) {
            message[k] = new double[outputs];
        }
        if (link < 0) {
            message[k][0] = least(sum, strategies);
        } else if (core.left[link] == v) {
            leastOverRows(sum, strategies, core.table[link], message[k], outputs);
        } else {
            leastOverColumns(sum, strategies, core.table[link], message[k], outputs);
        }
        work += (long) strategies * outputs;
    }

    private static double least(double[] values, int count) {
        double least = values[0];
        for (int i = 1; i < count; i++) {
            least = values[i] < least ? values[i] : least;
        }
        return least;
    }

    private static void leastOverRows(double[] sum, int rows, long[] table, double[] out, int columns) {
        Arrays.fill(out, 0, columns, Double.POSITIVE_INFINITY);
        for (int i = 0, at = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++, at++) {
                double value = sum[i] + table[at];
                out[j] = value < out[j] ? value : out[j];
            }
        }
    }

    private static void leastOverColumns(double[] sum, int columns, long[] table, double[] out, int rows) {
        for (int j = 0, at = 0; j < rows; j++) {
            double least = Double.POSITIVE_INFINITY;
            for (int i = 0; i < columns; i++, at++) {
                double value = sum[i] + table[at];
                least = value < least ? value : least;
            }
            out[j] = least;
        }
    }

    /**
     * @param bound the least that the block can come to, memory priced, after the choices of members before the k-th
     * @param cost  what those choices cost
     */
    private void search(int k, double bound, double cost) {
        if (k == block.members) {
            leaf(cost);
            return;
        }
        int v = block.member[k];
        int parent = block.parent[k];
        double rest = bound - message[k][parent < 0 ? 0 : trial[parent]];
        int last = -1;
        double lastValue = Double.NEGATIVE_INFINITY;
        while (steps > 0) {
            int next = following(k, v, lastValue, last);
            if (next < 0) {
                return;
            }
            double link = linkCost(k, next);
            lastValue = best[k][next] + link;
            last = next;
            if (rest + lastValue - slackPrice > mostCost) {
                return;
            }
            steps--;
            state.add(v, next);
            trial[k] = next;
            if (state.fits(v, next, limit)) {
                search(k + 1, rest + lastValue, cost + own[k][next] + link);
            }
            state.remove(v, next);
        }
    }

    private double linkCost(int k, int strategy) {
        int link = block.parentLink[k];
        if (link < 0) {
            return 0;
        }
        int other = trial[block.parent[k]];
        int columns = core.size[core.right[link]];
        boolean isLeft = core.left[link] == block.member[k];
        return core.table[link][isLeft ? strategy * columns + other : other * columns + strategy];
    }

    /** The strategy that comes next when they are sorted by value, and by number where values are equal. */
    private int following(int k, int v, double lastValue, int last) {
        int next = -1;
        double nextValue = Double.POSITIVE_INFINITY;
        work += core.size[v];
        for (int i = 0; i < core.size[v]; i++) {
            double value = best[k][i] + linkCost(k, i);
            if (value < nextValue && (value > lastValue || value == lastValue && i > last)) {
                next = i;
                nextValue = value;
            }
        }
        return next;
    }

    private void leaf(double cost) {
        double overflow = overflowHere();
        if (overflow < foundOverflow || overflow == foundOverflow && cost < foundCost) {
            foundOverflow = overflow;
            foundCost = cost;
            System.arraycopy(trial, 0, found, 0, block.members);
            mostCost = repairing ? mostCost : Math.min(mostCost, cost);
        }
    }

    private boolean putBack(boolean better, double costNow) {
        boolean changed = false;
        for (int k = 0; k < block.members; k++) {
            int v = block.member[k];
            if (better) {
                changed |= state.chosen[v] != found[k];
                state.chosen[v] = found[k];
            }
            state.add(v, state.chosen[v]);
        }
        if (better) {
            state.cost += foundCost - costNow;
        }
        return changed;
    }
}
