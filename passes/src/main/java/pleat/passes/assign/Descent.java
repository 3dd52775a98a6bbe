package pleat.passes.assign;

import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/** One run of {@link BlockSearch} from a given assignment: repair until it fits, then improvement that first also takes small losses. */
final class Descent {
    private static final int LARGEST_BLOCK = 20;
    private static final int STEPS = 100;
    /** Of the attempts for a run, the part in which losses are taken. */
    private static final double WARM = 0.5;

    private final Core core;
    private final SplittableRandom random;
    private final BlockSearch search;
    private final double[] basePrice;
    private final double[] price;
    private final double scale;
    private boolean repaired;
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
        note(state);
        for (int i = 0; i < 2 * attempts && !state.isFeasible() && !stopped.getAsBoolean(); i++) {
            attempt(state, 0);
        }
        for (int i = 0; i < attempts && state.cost < State.FORBIDDEN && (repaired || state.isFeasible()) && !stopped.getAsBoolean(); i++) {
            attempt(state, warmth * scale * Math.max(0, 1 - i / (WARM * attempts)));
            note(state);
        }
        return Optional.ofNullable(best);
    }

    private void note(State state) {
        if (state.cost < bestCost && state.cost < State.FORBIDDEN && (repaired || state.isFeasible())) {
            state.cost = core.costOf(state.chosen); // without the rounding of many small changes
            bestCost = core.costOf(state.chosen);
            best = state.copy();
        }
    }

    private void attempt(State state, double temperature) {
        double overflow = repaired ? 0 : state.overflow();
        double factor = 1;
        if (overflow > 0) {
            Arrays.setAll(price, row -> basePrice[row] + (state.load[row] > core.room[row] ? scale * 1e-10 : 0));
            search.prices(price);
            factor = Math.exp(4 * random.nextDouble());
        } else {
            if (!repaired) {
                search.prices(basePrice);
                repaired = true;
            }
            // Prices that fit the whole problem need not fit a block: some blocks are searched with memory cheap, some with memory dear.
            factor = Math.exp(3 * random.nextDouble() - 1.5);
        }
        search.block().grow(random.nextInt(core.variables), 2 + random.nextInt(LARGEST_BLOCK), random);
        search.improve(factor, temperature == 0 ? 0 : -temperature * Math.log(1 - random.nextDouble()), overflow, STEPS);
    }
}
