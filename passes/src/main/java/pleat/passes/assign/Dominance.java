package pleat.passes.assign;

import java.util.Arrays;
import pleat.passes.assign.CostNetwork.Link;
import pleat.passes.assign.CostNetwork.Use;
import pleat.passes.assign.CostNetwork.Variable;

/** Which strategies of a variable no best assignment needs. */
final class Dominance {
    /** Past this many comparisons of table entries a variable is left as it is. */
    private static final double MOST_WORK = 4e7;

    private Dominance() {}

    /** Strategies that have an allowed partner at every neighbour; looks at the links that have changed only. */
    static boolean[] supported(Variable variable) {
        var kept = new boolean[variable.size()];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = Costs.isFinite(variable.costs[i]);
        }
        for (Link link : variable.links()) {
            boolean left = variable == link.left;
            if (left ? !link.supportsLeft : !link.supportsRight) {
                for (int i = 0; i < kept.length; i++) {
                    kept[i] = kept[i] && hasPartner(link, variable, i);
                }
                link.supportsLeft |= left;
                link.supportsRight |= !left;
            }
        }
        return kept;
    }

    private static boolean hasPartner(Link link, Variable variable, int strategy) {
        int partners = link.other(variable).size();
        int step = link.stride(link.other(variable));
        int at = strategy * link.stride(variable);
        for (int j = 0; j < partners; j++, at += step) {
            if (Costs.isFinite(link.table[at])) {
                return true;
            }
        }
        return false;
    }

    /** Strategies without a rival that costs no more whatever the neighbours do, and never holds more (Goldstein's rule). */
    static boolean[] undominated(Variable variable) {
        var kept = new boolean[variable.size()];
        Arrays.fill(kept, true);
        double entries = variable.links().stream().mapToDouble(link -> link.other(variable).size()).sum();
        if (entries * kept.length * kept.length > MOST_WORK) {
            return kept;
        }
        double[] held = held(variable);
        for (int worse = 0; worse < kept.length; worse++) {
            for (int better = 0; kept[worse] && better < kept.length; better++) {
                if (better != worse && kept[better] && held[better] <= held[worse] && holdsNoMore(variable, better, worse) && costsNoMore(variable, better, worse)) {
                    kept[worse] = false;
                }
            }
        }
        return kept;
    }

    /** A sum over all uses, in which a strategy that never holds more than another cannot be ahead of it. */
    private static double[] held(Variable variable) {
        var held = new double[variable.size()];
        for (Use use : variable.uses) {
            for (int i = 0; i < held.length; i++) {
                held[i] += use.amounts[i];
            }
        }
        return held;
    }

    private static boolean holdsNoMore(Variable variable, int better, int worse) {
        for (Use use : variable.uses) {
            if (use.amounts[better] > use.amounts[worse]) {
                return false;
            }
        }
        return true;
    }

    private static boolean costsNoMore(Variable variable, int better, int worse) {
        long saved = variable.costs[worse] - variable.costs[better];
        for (Link link : variable.links()) {
            long least = leastSaving(link, variable, better, worse);
            if (!Costs.isFinite(-least)) {
                return false;
            }
            saved += Costs.isFinite(least) ? least : 0;
        }
        return saved >= 0;
    }

    /** Over the partners that may go with the worse strategy, the least that the better one saves. */
    private static long leastSaving(Link link, Variable variable, int better, int worse) {
        int partners = link.other(variable).size();
        int step = link.stride(link.other(variable));
        int from = worse * link.stride(variable);
        int to = better * link.stride(variable);
        long least = Costs.INFINITE;
        for (int j = 0; j < partners; j++, from += step, to += step) {
            long here = link.table[from];
            if (Costs.isFinite(here)) {
                least = Math.min(least, here - link.table[to]);
            }
        }
        return least;
    }
}
