package pleat.passes.assign;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import pleat.passes.assign.CostNetwork.Link;
import pleat.passes.assign.CostNetwork.Use;
import pleat.passes.assign.CostNetwork.Variable;

/** Takes variables out of a network whose best strategy follows from what their neighbours do. */
final class Elimination {
    /** Tables of more entries than this are not made. */
    private static final long LARGEST_TABLE = 1 << 17;

    private final CostNetwork network;
    private final Consumer<Variable> changed;

    Elimination(CostNetwork network, Consumer<Variable> changed) {
        this.network = network;
        this.changed = changed;
    }

    void visit(Variable variable) {
        List.copyOf(variable.links()).forEach(this::dropSeparable);
        if (variable.size() == 1) {
            fold(variable);
        } else if (variable.uses.isEmpty() && variable.degree() == 0) {
            settle(variable);
        } else if (variable.uses.isEmpty() && variable.degree() == 1) {
            eliminateLeaf(variable);
        } else if (variable.uses.isEmpty() && variable.degree() == 2) {
            eliminateBetween(variable);
        } else {
            mergeDependent(variable);
        }
    }

    /** A table that is a sum of a cost on the left and one on the right is no link. */
    private void dropSeparable(Link link) {
        if (link.examined) {
            return;
        }
        int columns = link.right.size();
        long[] table = link.table;
        for (int at = 0; at < table.length; at++) {
            if (!Costs.isFinite(table[at]) || table[at] != table[at / columns * columns] + table[at % columns] - table[0]) {
                return;
            }
        }
        network.remove(link);
        link.left.costs = sum(link.left.costs, i -> table[i * columns]);
        link.right.costs = sum(link.right.costs, j -> table[j] - table[0]);
        changed.accept(link.left);
        changed.accept(link.right);
    }

    private interface Part {
        long at(int index);
    }

    private static long[] sum(long[] costs, Part part) {
        var sum = new long[costs.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = Costs.plus(costs[i], part.at(i));
        }
        return sum;
    }

    private void fold(Variable variable) {
        int strategy = variable.strategies[0];
        int id = variable.id;
        network.constant += variable.costs[0];
        for (Link link : List.copyOf(variable.links())) {
            var other = link.other(variable);
            other.costs = sum(other.costs, i -> link.table[i]);
            network.remove(link);
            changed.accept(other);
        }
        leave(variable, chosen -> chosen[id] = strategy);
    }

    private void leave(Variable variable, CostNetwork.Decided decided) {
        variable.gone = true;
        network.decide(decided);
    }

    private void settle(Variable variable) {
        int best = leastIndex(variable.costs);
        int strategy = variable.strategies[best];
        int id = variable.id;
        network.constant += variable.costs[best];
        leave(variable, chosen -> chosen[id] = strategy);
    }

    private static int leastIndex(long[] costs) {
        int best = 0;
        for (int i = 1; i < costs.length; i++) {
            best = costs[i] < costs[best] ? i : best;
        }
        return best;
    }

    private void eliminateLeaf(Variable variable) {
        var link = variable.links().iterator().next();
        var other = link.other(variable);
        var best = new int[other.size()];
        var least = new long[other.size()];
        for (int j = 0; j < best.length; j++) {
            least[j] = Costs.INFINITE;
            for (int i = 0; i < variable.size(); i++) {
                long cost = Costs.plus(variable.costs[i], link.table[i * link.stride(variable) + j * link.stride(other)]);
                if (cost < least[j]) {
                    least[j] = cost;
                    best[j] = variable.strategies[i];
                }
            }
        }
        network.remove(link);
        other.costs = sum(other.costs, j -> least[j]);
        changed.accept(other);
        follow(variable, other, best);
    }

    /** {@code best[j]}: what the variable does when the other one chooses the j-th strategy that is open to it now. */
    private void follow(Variable variable, Variable other, int[] best) {
        int id = variable.id;
        int otherId = other.id;
        int[] open = other.strategies;
        leave(variable, chosen -> chosen[id] = best[Arrays.binarySearch(open, chosen[otherId])]);
    }

    private void eliminateBetween(Variable variable) {
        var both = List.copyOf(variable.links());
        var first = both.getFirst();
        var second = both.getLast();
        var left = first.other(variable);
        var right = second.other(variable);
        if ((long) left.size() * right.size() > LARGEST_TABLE) {
            mergeDependent(variable);
            return;
        }
        var best = new int[left.size() * right.size()];
        var least = new long[best.length];
        Arrays.fill(least, Costs.INFINITE);
        for (int i = 0; i < variable.size(); i++) {
            for (int j = 0; j < left.size(); j++) {
                long here = Costs.plus(variable.costs[i], first.table[i * first.stride(variable) + j * first.stride(left)]);
                for (int k = 0; k < right.size() && Costs.isFinite(here); k++) {
                    long cost = Costs.plus(here, second.table[i * second.stride(variable) + k * second.stride(right)]);
                    if (cost < least[j * right.size() + k]) {
                        least[j * right.size() + k] = cost;
                        best[j * right.size() + k] = variable.strategies[i];
                    }
                }
            }
        }
        network.remove(first);
        network.remove(second);
        network.connect(left, right, least);
        changed.accept(left);
        changed.accept(right);
        int id = variable.id;
        int leftId = left.id;
        int rightId = right.id;
        int[] leftOpen = left.strategies;
        int[] rightOpen = right.strategies;
        leave(variable, chosen -> chosen[id] = best[Arrays.binarySearch(leftOpen, chosen[leftId]) * rightOpen.length
                + Arrays.binarySearch(rightOpen, chosen[rightId])]);
    }

    /** Joins the variable with a neighbour if forbidden pairs leave one of the two no choice once the other has chosen. */
    private void mergeDependent(Variable variable) {
        for (Link link : List.copyOf(variable.links())) {
            var other = link.other(variable);
            if (link.examined || other.gone) {
                continue;
            }
            link.examined = true;
            boolean lead = follows(link, variable, other);
            boolean follow = follows(link, other, variable);
            if (lead && (!follow || weight(other) <= weight(variable))) {
                merge(link, variable, other);
            } else if (follow) {
                merge(link, other, variable);
                return;
            }
        }
    }

    /** How much has to be moved if it follows. */
    private static int weight(Variable variable) {
        return variable.degree() + variable.uses.size();
    }

    private static boolean follows(Link link, Variable leader, Variable follower) {
        if (leader.size() < follower.size() || growth(leader, follower) > (long) leader.size() * follower.size()) {
            return false;
        }
        for (int i = 0; i < leader.size(); i++) {
            int partners = 0;
            for (int j = 0; j < follower.size() && partners < 2; j++) {
                partners += Costs.isFinite(link.table[i * link.stride(leader) + j * link.stride(follower)]) ? 1 : 0;
            }
            if (partners != 1) {
                return false;
            }
        }
        return true;
    }

    /** How many entries its tables gain by being the leader's. */
    private static long growth(Variable leader, Variable follower) {
        long others = 0;
        for (Link link : follower.links()) {
            others += link.other(follower).size();
        }
        return (leader.size() - follower.size()) * (others - leader.size());
    }

    private void merge(Link link, Variable leader, Variable follower) {
        var map = new int[leader.size()];
        for (int i = 0; i < map.length; i++) {
            while (!Costs.isFinite(link.table[i * link.stride(leader) + map[i] * link.stride(follower)])) {
                map[i]++;
            }
        }
        network.remove(link);
        leader.costs = sum(leader.costs, i -> Costs.plus(follower.costs[map[i]],
                link.table[i * link.stride(leader) + map[i] * link.stride(follower)]));
        for (Link moved : List.copyOf(follower.links())) {
            network.remove(moved);
            var other = moved.other(follower);
            network.connect(leader, other, expand(moved, follower, other, map));
            changed.accept(other);
        }
        takeUses(leader, follower, map);
        changed.accept(leader);
        var best = Arrays.stream(map).map(j -> follower.strategies[j]).toArray();
        follow(follower, leader, best);
    }

    private static long[] expand(Link link, Variable follower, Variable other, int[] map) {
        var table = new long[map.length * other.size()];
        for (int i = 0; i < map.length; i++) {
            for (int k = 0; k < other.size(); k++) {
                table[i * other.size() + k] = link.table[map[i] * link.stride(follower) + k * link.stride(other)];
            }
        }
        return table;
    }

    private void takeUses(Variable leader, Variable follower, int[] map) {
        for (Use use : follower.uses) {
            long[] own = use.amounts;
            var taken = new Use(use.from, use.to, Arrays.stream(map).mapToLong(j -> own[j]).toArray());
            if (network.settle(taken)) {
                leader.uses.add(taken);
            }
        }
    }
}
