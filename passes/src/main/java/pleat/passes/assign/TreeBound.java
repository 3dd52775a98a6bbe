package pleat.passes.assign;

import java.util.Arrays;

/**
 * Sequential tree-reweighted message passing (Kolmogorov 2006) in whole numbers. Each pass shifts costs between variables and links without
 * changing any total, and what it takes out is a lower bound on the best total: exact, whatever the messages were before.
 */
final class TreeBound {
    private final Core core;
    /** By link: what it says to its left end, and to its right end. */
    private final long[][] toLeft;
    private final long[][] toRight;
    /** By variable, {@code charged} and all messages to it, less their minimum, as of the last pass. */
    final long[][] marginal;

    TreeBound(Core core) {
        this.core = core;
        this.toLeft = new long[core.links()][];
        this.toRight = new long[core.links()][];
        for (int link = 0; link < core.links(); link++) {
            toLeft[link] = new long[core.size[core.left[link]]];
            toRight[link] = new long[core.size[core.right[link]]];
        }
        this.marginal = new long[core.variables][];
        Arrays.setAll(marginal, v -> new long[core.size[v]]);
    }

    /** One pass in the order of the variables, or against it. */
    long pass(long[][] charged, boolean forward) {
        long bound = 0;
        for (int k = 0; k < core.variables; k++) {
            int v = forward ? k : core.variables - 1 - k;
            bound += gather(v, charged[v]);
            bound += send(v, forward);
        }
        return bound;
    }

    private long gather(int v, long[] charged) {
        long[] sum = marginal[v];
        System.arraycopy(charged, 0, sum, 0, sum.length);
        for (int link : core.linksOf[v]) {
            long[] message = core.left[link] == v ? toLeft[link] : toRight[link];
            for (int i = 0; i < sum.length; i++) {
                sum[i] += message[i];
            }
        }
        long least = Long.MAX_VALUE;
        for (long value : sum) {
            least = Math.min(least, value);
        }
        for (int i = 0; i < sum.length; i++) {
            sum[i] -= least;
        }
        return least;
    }

    private long send(int v, boolean forward) {
        int earlier = earlier(v);
        int shares = Math.max(earlier, core.linksOf[v].length - earlier);
        long bound = 0;
        var share = new long[core.size[v]];
        for (int link : core.linksOf[v]) {
            if (core.other(link, v) > v != forward) {
                continue;
            }
            boolean fromLeft = core.left[link] == v;
            long[] back = fromLeft ? toLeft[link] : toRight[link];
            for (int i = 0; i < share.length; i++) {
                share[i] = marginal[v][i] / shares - back[i];
            }
            bound += fromLeft ? sendRight(share, core.table[link], toRight[link]) : sendLeft(share, core.table[link], toLeft[link]);
        }
        return bound;
    }

    private static long sendRight(long[] share, long[] table, long[] message) {
        int columns = message.length;
        Arrays.fill(message, Costs.INFINITE);
        for (int i = 0, at = 0; i < share.length; i++, at += columns) {
            long own = share[i];
            for (int j = 0; j < columns; j++) {
                message[j] = Math.min(message[j], own + table[at + j]);
            }
        }
        return normalize(message);
    }

    private static long sendLeft(long[] share, long[] table, long[] message) {
        int columns = share.length;
        for (int i = 0, at = 0; i < message.length; i++, at += columns) {
            long least = Costs.INFINITE;
            for (int j = 0; j < columns; j++) {
                least = Math.min(least, share[j] + table[at + j]);
            }
            message[i] = least;
        }
        return normalize(message);
    }

    /**
     * By strategy of a variable, by how much more than the bound of the last pass, which went backward, every assignment costs that takes
     * it: what the pass has left at the variable, and at least at each of its links.
     */
    long[] reduced(int v) {
        int sent = earlier(v);
        int shares = Math.max(sent, core.linksOf[v].length - sent);
        long[] more = marginal[v].clone();
        for (int i = 0; i < more.length && shares > 0; i++) {
            more[i] -= sent * (marginal[v][i] / shares);
        }
        for (int link : core.linksOf[v]) {
            if (core.other(link, v) < v) {
                addLeft(link, v, shares, more);
            }
        }
        return more;
    }

    /** Adds, by strategy of the later end of a link, the least of what the pass has left there; at the other end that is nothing. */
    private void addLeft(int link, int v, int shares, long[] more) {
        boolean isLeft = core.left[link] == v;
        int columns = toRight[link].length;
        long taken = Long.MAX_VALUE;
        var least = new long[more.length];
        Arrays.fill(least, Long.MAX_VALUE);
        for (int i = 0, at = 0; i < toLeft[link].length; i++) {
            for (int j = 0; j < columns; j++, at++) {
                int own = isLeft ? i : j;
                long left = core.table[link][at] - toLeft[link][i] - toRight[link][j] + marginal[v][own] / shares;
                least[own] = Math.min(least[own], left);
            }
        }
        for (long value : least) {
            taken = Math.min(taken, value);
        }
        for (int i = 0; i < least.length; i++) {
            more[i] += least[i] - taken;
        }
    }

    private int earlier(int v) {
        int earlier = 0;
        for (int link : core.linksOf[v]) {
            earlier += core.other(link, v) < v ? 1 : 0;
        }
        return earlier;
    }

    /**
     * An assignment, variable by variable in order: each takes what is best beside those that have chosen, and by the messages of those
     * that have not.
     */
    int[] decode(long[][] charged) {
        var chosen = new int[core.variables];
        for (int v = 0; v < core.variables; v++) {
            var sum = charged[v].clone();
            for (int link : core.linksOf[v]) {
                addPartner(link, v, chosen, sum);
            }
            for (int i = 1; i < sum.length; i++) {
                chosen[v] = sum[i] < sum[chosen[v]] ? i : chosen[v];
            }
        }
        return chosen;
    }

    private void addPartner(int link, int v, int[] chosen, long[] sum) {
        boolean isLeft = core.left[link] == v;
        int other = core.other(link, v);
        int columns = core.size[core.right[link]];
        long[] message = isLeft ? toLeft[link] : toRight[link];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = Costs.plus(sum[i], other > v ? message[i]
                    : core.table[link][isLeft ? i * columns + chosen[other] : chosen[other] * columns + i]);
        }
    }

    private static long normalize(long[] message) {
        long least = Costs.INFINITE;
        for (long value : message) {
            least = Math.min(least, value);
        }
        for (int i = 0; i < message.length; i++) {
            message[i] -= least;
        }
        return least;
    }
}
