package pleat.passes.assign;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A problem on its way to becoming smaller: variables with costs and uses of memory, and links with tables between two of them. What is taken
 * out leaves a {@link Decided} that says how to put it back.
 */
final class CostNetwork {
    final List<Variable> variables = new ArrayList<>();
    private final Deque<Decided> decided = new ArrayDeque<>();
    /** What this was copied from, with all that had been decided there. */
    private final Optional<CostNetwork> origin;
    /** Memory that does not depend on any choice that is left, as the change from each row to the next. */
    long[] baseChange;
    /** By row, its number at first. */
    int[] rowIds;
    final long limit;
    /** How many variables and rows there were at first. */
    int created;
    final int createdRows;
    /** Cost that does not depend on any choice that is left. */
    long constant;
    boolean infeasible;

    CostNetwork(int rows, long limit) {
        this.baseChange = new long[rows + 1];
        this.rowIds = IntStream.range(0, rows).toArray();
        this.createdRows = rows;
        this.limit = limit;
        this.origin = Optional.empty();
    }

    private CostNetwork(CostNetwork origin) {
        this.baseChange = origin.baseChange;
        this.rowIds = origin.rowIds;
        this.limit = origin.limit;
        this.created = origin.created;
        this.createdRows = origin.createdRows;
        this.constant = origin.constant;
        this.infeasible = origin.infeasible;
        this.origin = Optional.of(origin);
    }

    /** A network of its own, which shares tables with this one; this one must not change any more. */
    CostNetwork copy() {
        var copy = new CostNetwork(this);
        copy.baseChange = baseChange.clone();
        var copies = new IdentityHashMap<Variable, Variable>();
        for (Variable variable : variables) {
            var twin = new Variable(variable.id, variable.costs);
            twin.strategies = variable.strategies;
            variable.uses.forEach(use -> twin.uses.add(new Use(use.from, use.to, use.amounts)));
            copies.put(variable, twin);
            copy.variables.add(twin);
        }
        for (Variable variable : variables) {
            for (Link link : variable.links()) {
                if (link.left == variable) {
                    copy.connect(copies.get(variable), copies.get(link.other(variable)), link.table);
                }
            }
        }
        return copy;
    }

    void decide(Decided choice) {
        decided.push(choice);
    }

    /** Completes the strategies of the variables that are left to those of all that there were at first. */
    void restore(int[] chosen) {
        decided.forEach(choice -> choice.restore(chosen));
        origin.ifPresent(network -> network.restore(chosen));
    }

    int rows() {
        return baseChange.length - 1;
    }

    /** Restores one variable; {@code chosen} holds strategies by variable, as they were numbered at first. */
    interface Decided {
        void restore(int[] chosen);
    }

    /** {@code amounts[i]} bytes in rows {@code from <= r < to} for strategy i; the smallest amount is zero. */
    static final class Use {
        int from;
        int to;
        long[] amounts;

        Use(int from, int to, long[] amounts) {
            this.from = from;
            this.to = to;
            this.amounts = amounts;
        }
    }

    static final class Variable {
        final int id;
        /** The strategies that are still open, as they were numbered at first. */
        int[] strategies;
        long[] costs;
        private final Map<Variable, Link> links = new LinkedHashMap<>();
        List<Use> uses = new ArrayList<>();
        boolean gone;
        boolean queued;

        Variable(int id, long[] costs) {
            this.id = id;
            this.costs = costs;
            this.strategies = new int[costs.length];
            Arrays.setAll(strategies, i -> i);
        }

        int size() {
            return costs.length;
        }

        Collection<Link> links() {
            return links.values();
        }

        int degree() {
            return links.size();
        }
    }

    /** {@code table[i * right.size() + j]} is the cost of the i-th open strategy on the left with the j-th on the right. Tables are shared: copy to change. */
    static final class Link {
        Variable left;
        Variable right;
        long[] table;
        /** Whether the table is as it was when the rules last looked at it from the left, from the right, and as a whole. */
        boolean supportsLeft;
        boolean supportsRight;
        boolean examined;

        Link(Variable left, Variable right, long[] table) {
            this.left = left;
            this.right = right;
            this.table = table;
        }

        Variable other(Variable end) {
            return end == left ? right : left;
        }

        void change(long[] changed) {
            table = changed;
            supportsLeft = false;
            supportsRight = false;
            examined = false;
        }

        /** The distance in the table between two strategies of this end that follow each other. */
        int stride(Variable end) {
            return end == left ? right.size() : 1;
        }
    }

    /** Adds a table between two variables to what is there already. */
    void connect(Variable left, Variable right, long[] table) {
        var present = left.links.get(right);
        if (present == null) {
            var link = new Link(left, right, table);
            left.links.put(right, link);
            right.links.put(left, link);
            return;
        }
        var sum = new long[table.length];
        boolean turned = present.left != left;
        int columns = right.size();
        for (int i = 0; i < left.size(); i++) {
            for (int j = 0; j < columns; j++) {
                int at = turned ? j * left.size() + i : i * columns + j;
                sum[at] = Costs.plus(present.table[at], table[i * columns + j]);
            }
        }
        present.change(sum);
    }

    void remove(Link link) {
        link.left.links.remove(link.right);
        link.right.links.remove(link.left);
    }

    /** Adds up uses of the same rows. */
    static void joinUses(Variable variable) {
        var joined = new LinkedHashMap<Long, Use>();
        for (Use use : variable.uses) {
            var first = joined.putIfAbsent((long) use.from << 32 | use.to, use);
            if (first != null) {
                long[] own = first.amounts;
                first.amounts = own.clone();
                Arrays.setAll(first.amounts, i -> own[i] + use.amounts[i]);
            }
        }
        variable.uses = new ArrayList<>(joined.values());
    }

    /** Moves the part of each use that every strategy has to the base; what then is nothing is dropped. */
    void settleUses(Variable variable) {
        variable.uses.removeIf(use -> !settle(use));
    }

    /** False if nothing is left of it. */
    boolean settle(Use use) {
        long least = use.amounts[0];
        long most = use.amounts[0];
        for (long amount : use.amounts) {
            least = Math.min(least, amount);
            most = Math.max(most, amount);
        }
        if (least != 0) {
            baseChange[use.from] += least;
            baseChange[use.to] -= least;
            long part = least;
            use.amounts = Arrays.stream(use.amounts).map(amount -> amount - part).toArray();
        }
        return use.from < use.to && least < most;
    }
}
