package pleat.passes.assign;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * Solves an {@link AssignmentProblem}: shrinks it, then in rounds raises a lower bound and searches for better assignments on two threads,
 * until the two meet or the caller has seen enough. What a round does depends on the seed and on what was found before, not on time.
 */
public final class AssignmentSolver {
    private static final int THREADS = 2;
    private static final int ATTEMPTS_PER_VARIABLE = 8;
    private static final double WARMTH = 1e-3;
    private static final int ITERATIONS_PER_ROUND = 5;

    private final AssignmentProblem problem;
    private final BooleanSupplier stopped;
    private final long seed;
    private final CostNetwork network;

    private Core core;
    private DualAscent dual;
    private Optional<Descent.Found> best = Optional.empty();

    /**
     * @param cost       of {@code solution}, if there is one
     * @param lowerBound no assignment that fits costs less; empty if there is none that fits
     * @param proven     that the solution is a best one, or that there is none
     * @param solution   by node, its strategy
     */
    public record Answer(Optional<Long> cost, Optional<Long> lowerBound, boolean proven, Optional<int[]> solution) {}

    private AssignmentSolver(AssignmentProblem problem, long seed, BooleanSupplier stopped) {
        this.problem = problem;
        this.seed = seed;
        this.stopped = stopped;
        this.network = NetworkBuilder.build(problem);
    }

    /** @param stopped asked often, from several threads; once it says so, the best that was found so far is the answer */
    public static Answer solve(AssignmentProblem problem, long seed, BooleanSupplier stopped) {
        return new AssignmentSolver(problem, seed, stopped).solve();
    }

    private Answer solve() {
        Shrinker.shrink(network);
        if (network.infeasible) {
            return new Answer(Optional.empty(), Optional.empty(), true, Optional.empty());
        }
        core = Core.of(network);
        dual = new DualAscent(core);
        try (var pool = Executors.newFixedThreadPool(THREADS)) {
            dual.iterate(0);
            for (int round = 0; !isProven() && !stopped.getAsBoolean(); round++) {
                round(round, pool);
            }
        }
        return answer();
    }

    private void round(int round, ExecutorService pool) {
        int[] first = dual.decode();
        double[] prices = dual.bestPrice();
        double upper = best.isPresent() ? best.get().cost() : dual.bound() + Math.abs(dual.bound()) * 0.05;
        var beside = CompletableFuture.supplyAsync(() -> descend(first, prices, upper, 2 * round), pool);
        if (dual.isDone()) {
            dual.restart();
        }
        for (int i = 0; i < ITERATIONS_PER_ROUND && !stopped.getAsBoolean(); i++) {
            dual.iterate(upper);
        }
        keep(descend(best.isPresent() ? best.get().chosen() : dual.decode(), prices, upper, 2 * round + 1));
        keep(beside.join());
    }

    private Optional<Descent.Found> descend(int[] from, double[] prices, double upper, long run) {
        var descent = new Descent(core, prices, upper, seed * 0x9E3779B97F4A7C15L + run);
        return descent.run(from, ATTEMPTS_PER_VARIABLE * core.variables, WARMTH, stopped);
    }

    private void keep(Optional<Descent.Found> found) {
        if (found.isPresent() && (best.isEmpty() || found.get().cost() < best.get().cost())) {
            best = found;
            if (System.getProperty("dbg") != null) System.err.printf("%.0f %.0f%n", network.constant + best.get().cost() / (1L << core.shift), network.constant + (double) dual.bound() / (1L << core.shift));
        }
    }

    /** The bound in the units of the problem; costs are whole numbers there, so it is rounded up. */
    private long lowerBound() {
        return network.constant - (-dual.bound() >> core.shift);
    }

    private boolean isProven() {
        return best.isPresent() && network.constant + (best.get().cost() >> core.shift) <= lowerBound();
    }

    private Answer answer() {
        if (best.isEmpty()) {
            return new Answer(Optional.empty(), Optional.of(lowerBound()), false, Optional.empty());
        }
        int[] solution = restored(best.get().chosen());
        long cost = AssignmentChecker.cost(problem, IntStream.of(solution).mapToLong(i -> i).toArray());
        return new Answer(Optional.of(cost), Optional.of(Math.min(cost, lowerBound())), cost <= lowerBound(), Optional.of(solution));
    }

    private int[] restored(int[] chosen) {
        int nodes = problem.nodes().size();
        var strategies = new int[network.created];
        for (int v = 0; v < core.variables; v++) {
            var variable = network.variables.get(v);
            strategies[variable.id] = variable.strategies[chosen[v]];
        }
        network.decided.forEach(decided -> decided.restore(strategies));
        return IntStream.of(strategies).limit(nodes).toArray();
    }
}
