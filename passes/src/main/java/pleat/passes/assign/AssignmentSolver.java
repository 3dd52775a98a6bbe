package pleat.passes.assign;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;

/**
 * Solves an {@link AssignmentProblem}: shrinks it, then in rounds raises a lower bound and searches for better assignments on two threads,
 * until the two meet or the caller has seen enough. What a round does depends on the seed and on what was found before, not on time.
 */
public final class AssignmentSolver {
    private static final int ATTEMPTS_PER_VARIABLE = 8;
    private static final double WARMTH = 1e-3;
    /** Of the dual in a round, beside branching and alone; that takes about as long as a descent. */
    private static final int FEW_ITERATIONS = 5;
    private static final int ITERATIONS = 60;

    private final AssignmentProblem problem;
    private final BooleanSupplier stopped;
    private final long seed;
    private final Watcher watcher;
    /** Larger kernels are not divided: raising the bound of the whole brings more. */
    private static final long MOST_ENTRIES = 1_000_000;
    private static final int EXPANSIONS_PER_ROUND = 4;

    private final Tree tree;
    private Subproblem root;
    private boolean branching;
    private long floor = Long.MIN_VALUE;
    private boolean exhausted;
    private long bestCost = Long.MAX_VALUE;
    private int[] best;

    /**
     * @param cost       of {@code solution}, if there is one
     * @param lowerBound no assignment that fits costs less; empty if there is none that fits
     * @param proven     that the solution is a best one, or that there is none
     * @param solution   by node, its strategy
     */
    public record Answer(Optional<Long> cost, Optional<Long> lowerBound, boolean proven, Optional<int[]> solution) {}

    private AssignmentSolver(AssignmentProblem problem, long seed, BooleanSupplier stopped, Watcher watcher) {
        this.problem = problem;
        this.seed = seed;
        this.stopped = stopped;
        this.watcher = watcher;
        this.tree = new Tree(stopped);
    }

    /** Hears of the state of a search after each round; {@code cost} is empty as long as nothing fits. */
    public interface Watcher {
        void round(Optional<Long> cost, long lowerBound);
    }

    /** @param stopped asked often, from several threads; once it says so, the best that was found so far is the answer */
    public static Answer solve(AssignmentProblem problem, long seed, BooleanSupplier stopped, Watcher watcher) {
        return new AssignmentSolver(problem, seed, stopped, watcher).solve();
    }

    private Answer solve() {
        var network = NetworkBuilder.build(problem);
        Shrinker.shrink(network);
        var whole = Subproblem.of(network, new double[network.createdRows]);
        if (whole.isEmpty()) {
            return new Answer(Optional.empty(), Optional.empty(), true, Optional.empty());
        }
        root = whole.get();
        root.dual.iterate(0);
        keep(root.core.variables == 0 ? Optional.of(root.complete(new int[0])) : Optional.empty());
        try (var pool = Executors.newFixedThreadPool(1)) {
            for (int round = 0; !isProven() && !stopped.getAsBoolean(); round++) {
                round(round, pool);
                watcher.round(best == null ? Optional.empty() : Optional.of(bestCost), lowerBound());
            }
        }
        return answer();
    }

    private void round(int round, ExecutorService pool) {
        int[] first = best == null || round % 2 == 0 ? root.dual.decode() : root.within(best);
        double[] prices = root.dual.bestPrice();
        double aim = root.aim(bestCost);
        long known = bestCost;
        var beside = CompletableFuture.supplyAsync(() -> descend(first, prices, aim, round), pool);
        List<int[]> found = branching ? branch(known) : List.of();
        for (int i = 0; i < (branching ? FEW_ITERATIONS : ITERATIONS) && !root.dual.isDone() && !stopped.getAsBoolean(); i++) {
            root.dual.iterate(aim);
        }
        keep(beside.join());
        found.forEach(solution -> keep(Optional.of(solution)));
        if (root.dual.isDone() && !stopped.getAsBoolean()) {
            narrow();
        }
    }

    private Optional<int[]> descend(int[] from, double[] prices, double aim, long run) {
        var descent = new Descent(root.core, prices, aim, seed * 0x9E3779B97F4A7C15L + run);
        var found = descent.run(from, ATTEMPTS_PER_VARIABLE * root.core.variables, WARMTH, stopped);
        return found.map(root::complete);
    }

    private List<int[]> branch(long known) {
        var found = new ArrayList<int[]>();
        for (int i = 0; i < EXPANSIONS_PER_ROUND && !tree.isEmpty() && !stopped.getAsBoolean(); i++) {
            found.addAll(tree.expand(known));
        }
        exhausted = tree.isEmpty();
        return found;
    }

    /** Once prices have settled: drops what cannot be part of anything better, or if that is not much, begins to divide. */
    private void narrow() {
        if (branching) {
            root.dual.restart();
            return;
        }
        var smaller = root.withoutDear(bestCost - 1);
        if (smaller.isEmpty()) {
            exhausted = true;
        } else if (smaller.get() != root) {
            floor = lowerBound();
            root = smaller.get();
            root.dual.iterate(root.aim(bestCost));
            keep(root.core.variables == 0 ? Optional.of(root.complete(new int[0])) : Optional.empty());
        } else if (root.core.entries() <= MOST_ENTRIES) {
            tree.add(root, lowerBound(), bestCost);
            branching = true;
        } else {
            root.dual.restart();
        }
    }

    private void keep(Optional<int[]> found) {
        if (found.isPresent()) {
            int[] solution = Arrays.copyOf(found.get(), problem.nodes().size());
            long cost = AssignmentChecker.cost(problem, Arrays.stream(solution).asLongStream().toArray());
            if (cost < bestCost) {
                bestCost = cost;
                best = found.get();
            }
        }
    }

    /** No assignment that is not known costs less. */
    private long lowerBound() {
        return Math.max(floor, branching ? tree.bound() : root.bound());
    }

    private boolean isProven() {
        return exhausted || bestCost <= lowerBound();
    }

    private Answer answer() {
        if (best == null) {
            return new Answer(Optional.empty(), exhausted ? Optional.empty() : Optional.of(lowerBound()), exhausted, Optional.empty());
        }
        var solution = Arrays.copyOf(best, problem.nodes().size());
        long bound = isProven() ? bestCost : lowerBound();
        return new Answer(Optional.of(bestCost), Optional.of(bound), isProven(), Optional.of(solution));
    }
}
