package pleat.passes.assign;

import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/** One run of {@link BlockSearch} from a given assignment: repair until it fits, then improvement that first also takes small losses. */
final class Descent {
    private static final int LARGEST_BLOCK = 20;
    private static final int STEPS = 100;
    /** How many blocks are searched for one look at all rows, and how many variables are drawn to find one at which something is wrong. */
    private static final int REFRESH = 32;
    private static final int DRAWS = 16;
    /** Of the attempts for a run, the part in which losses are taken. */
    private static final double WARM = 0.5;

    private final Core core;
    private final SplittableRandom random;
    private final BlockSearch search;
    private final double[] basePrice;
    private final double[] price;
    private final double scale;
    private int[] best;
    private long bestCost = Long.MAX_VALUE;

    /**
     * @param price what memory is worth, by row
     * @param scale a cost that is like that of good assignments
     */
    Descent(Core core, double[] price, double scale, long seed) {
        this.core = core;
        this.random = new SplittableRandom(seed);
        this.search = new BlockSearch(core, random);
        this.basePrice = price;
        this.price = price.clone();
        this.scale = Math.abs(scale) + 1;
    }

    /**
     * @param attempts how many blocks to search once everything fits; as many as that twice over for making it fit
     * @param warmth   the largest loss to be taken, roughly, as a part of the cost
     */
    Optional<int[]> run(int[] from, int attempts, double warmth, BooleanSupplier stopped) {
        var state = new State(core, from);
        search.start(state);
        repair(state, 2 * attempts, stopped);
        search.prices(basePrice);
        note(state);
        for (int i = 0; i < attempts && best != null && !stopped.getAsBoolean(); i++) {
            improve(warmth * scale * Math.max(0, 1 - i / (WARM * attempts)));
            note(state);
        }
        return Optional.ofNullable(best);
    }

    private void note(State state) {
        if (state.cost < bestCost && (best != null || state.isFeasible())) {
            state.cost = core.costOf(state.chosen); // without the rounding of many small changes
            bestCost = core.costOf(state.chosen);
            best = state.copy();
        }
    }

    /** Prices that fit the whole problem need not fit a block: some blocks are searched with memory cheap, some with memory dear. */
    private void improve(double temperature) {
        search.block().grow(random.nextInt(core.variables), 2 + random.nextInt(LARGEST_BLOCK), random);
        double allowance = temperature == 0 ? 0 : -temperature * Math.log(1 - random.nextDouble());
        search.improve(Math.exp(3 * random.nextDouble() - 1.5), allowance, false, STEPS);
    }

    /** Searches where rows are past their room or pairs are forbidden, until nothing is wrong any more. */
    private void repair(State state, int attempts, BooleanSupplier stopped) {
        var overfull = new int[core.rows() + 1];
        double overflow = state.overflow();
        for (int i = 0; i < attempts && (overflow > 0 || state.cost >= State.FORBIDDEN) && !stopped.getAsBoolean(); i++) {
            if (i % REFRESH == 0) {
                refresh(state, overfull);
            }
            search.block().grow(wrongVariable(state, overfull), 2 + random.nextInt(LARGEST_BLOCK), random);
            if (search.improve(Math.exp(4 * random.nextDouble()), 0, overflow > 0, STEPS)) {
                overflow = state.overflow();
            }
        }
    }

    /** Makes memory dearer where there is too little; {@code overfull[r]} becomes the number of such rows before row r. */
    private void refresh(State state, int[] overfull) {
        for (int row = 0; row < price.length; row++) {
            boolean full = state.load[row] > core.room[row];
            price[row] = basePrice[row] + (full ? scale * 1e-10 : 0);
            overfull[row + 1] = overfull[row] + (full ? 1 : 0);
        }
        search.prices(price);
    }

    /** Of a few variables drawn at random, the first at which something is wrong. */
    private int wrongVariable(State state, int[] overfull) {
        int v = random.nextInt(core.variables);
        for (int draw = 0; draw < DRAWS && !isWrong(v, state, overfull); draw++) {
            v = random.nextInt(core.variables);
        }
        return v;
    }

    private boolean isWrong(int v, State state, int[] overfull) {
        for (int u = 0; u < core.useFrom[v].length; u++) {
            if (overfull[core.useTo[v][u]] > overfull[core.useFrom[v][u]]) {
                return true;
            }
        }
        for (int link : core.linksOf[v]) {
            if (!Costs.isFinite(core.linkCost(link, state.chosen))) {
                return true;
            }
        }
        return false;
    }
}
