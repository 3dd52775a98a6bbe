package pleat.passes.assign;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Variables that links join to a forest, each behind the one that it was reached from; the rest of the assignment is fixed. */
final class Block {
    private final Core core;
    /** The members in the order in which they came. */
    final int[] member;
    /** By member: the position of its parent and the link to it, or -1. */
    final int[] parent;
    final int[] parentLink;
    /** By variable: its position among the members, or -1. */
    final int[] position;
    int members;

    private final int[] frontier;
    private final int[] frontierLink;
    private int waiting;

    Block(Core core) {
        this.core = core;
        this.member = new int[core.variables];
        this.parent = new int[core.variables];
        this.parentLink = new int[core.variables];
        this.position = new int[core.variables];
        Arrays.fill(position, -1);
        this.frontier = new int[2 * core.links() + core.variables + 1];
        this.frontierLink = new int[frontier.length];
    }

    /** Grows from a variable along links drawn at random; a variable with two neighbours inside would close a circle and stays out. */
    void grow(int start, int wanted, SplittableRandom random) {
        clear();
        push(start, -1);
        while (waiting > 0 && members < wanted) {
            int pick = random.nextInt(waiting);
            int v = frontier[pick];
            int link = frontierLink[pick];
            waiting--;
            frontier[pick] = frontier[waiting];
            frontierLink[pick] = frontierLink[waiting];
            if (position[v] < 0 && insideNeighbours(v) <= 1) {
                take(v, link);
            }
        }
    }

    /** As many variables as fit, of all parts of the network, in a random order. */
    void growForest(int[] order) {
        clear();
        for (int v : order) {
            int link = -1;
            boolean circle = false;
            for (int candidate : core.linksOf[v]) {
                if (position[core.other(candidate, v)] >= 0) {
                    circle |= link >= 0;
                    link = candidate;
                }
            }
            if (!circle) {
                take(v, link);
            }
        }
    }

    private void clear() {
        for (int k = 0; k < members; k++) {
            position[member[k]] = -1;
        }
        members = 0;
        waiting = 0;
    }

    private void push(int v, int link) {
        if (waiting < frontier.length) {
            frontier[waiting] = v;
            frontierLink[waiting] = link;
            waiting++;
        }
    }

    private int insideNeighbours(int v) {
        int inside = 0;
        for (int link : core.linksOf[v]) {
            inside += position[core.other(link, v)] >= 0 ? 1 : 0;
        }
        return inside;
    }

    private void take(int v, int link) {
        position[v] = members;
        member[members] = v;
        parentLink[members] = link;
        parent[members] = link < 0 ? -1 : position[core.other(link, v)];
        members++;
        for (int next : core.linksOf[v]) {
            if (position[core.other(next, v)] < 0) {
                push(core.other(next, v), next);
            }
        }
    }
}
