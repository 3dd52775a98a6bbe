package pleat.passes.assign;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import pleat.passes.assign.Subproblem.Split;

/** Branch and bound, best bound first: what is open covers every assignment that costs less than the best one that is known. */
final class Tree {
    private static final int ITERATIONS = 25;
    private static final int ATTEMPTS_PER_VARIABLE = 2;
    private static final double WARMTH = 3e-4;

    private final PriorityQueue<Open> open = new PriorityQueue<>(Comparator.comparingLong(Open::bound).thenComparingLong(Open::number));
    private final BooleanSupplier stopped;
    private long made;

    private record Open(CostNetwork network, Split split, double[] prices, long bound, long number) {}

    Tree(BooleanSupplier stopped) {
        this.stopped = stopped;
    }

    boolean isEmpty() {
        return open.isEmpty();
    }

    /** Unless nothing is open, no assignment that is not known costs less. */
    long bound() {
        return open.isEmpty() ? Long.MAX_VALUE : open.peek().bound();
    }

    int size() {
        return open.size();
    }

    /** Adds a part with its bound as it is, unless it is settled; then gives the one assignment that it holds. */
    Optional<int[]> add(Subproblem part, long atLeast, long known) {
        long bound = Math.max(atLeast, part.bound());
        if (bound >= known) {
            return Optional.empty();
        }
        if (part.core.variables == 0) {
            return Optional.of(part.complete(new int[0]));
        }
        open.add(new Open(part.network, part.split(), part.priceById(), bound, made++));
        return Optional.empty();
    }

    /** Divides the part with the least bound; gives the assignments of those of its parts that hold no other. */
    List<int[]> expand(long known) {
        var next = open.poll();
        if (next == null || next.bound() >= known) {
            open.clear();
            return List.of();
        }
        var found = new ArrayList<int[]>();
        for (boolean first : new boolean[] {true, false}) {
            if (stopped.getAsBoolean()) {
                open.add(next);
                return found;
            }
            var part = Subproblem.part(next.network(), next.split(), first, next.prices());
            if (part.isPresent()) {
                raise(part.get(), known);
                descend(part.get(), known).ifPresent(found::add);
                var smaller = part.get().bound() >= known ? part : part.get().withoutDear(known - 1);
                if (smaller.isPresent() && smaller.get() != part.get()) {
                    raise(smaller.get(), known);
                }
                smaller.flatMap(rest -> add(rest, Math.max(next.bound(), part.get().bound()), known)).ifPresent(found::add);
            }
        }
        return found;
    }

    /** Prices of a part lead to assignments that those of the whole do not. */
    private Optional<int[]> descend(Subproblem part, long known) {
        if (part.bound() >= known || stopped.getAsBoolean()) {
            return Optional.empty();
        }
        var descent = new Descent(part.core, part.dual.bestPrice(), part.aim(known), made);
        return descent.run(part.dual.decode(), ATTEMPTS_PER_VARIABLE * part.core.variables, WARMTH, stopped).map(part::complete);
    }

    private void raise(Subproblem part, long known) {
        for (int i = 0; i < ITERATIONS && (i == 0 || part.bound() < known && !stopped.getAsBoolean()); i++) {
            part.dual.iterate(part.aim(known));
        }
    }
}
