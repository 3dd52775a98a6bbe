package pleat.passes.planner;

import com.google.common.primitives.ImmutableLongArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Small problems with everything that a problem can have, so few choices that all can be tried. */
final class RandomProblems {
    private final Random random;

    private RandomProblems(long seed) {
        random = new Random(seed);
    }

    static PlanningProblem of(long seed) {
        return new RandomProblems(seed).problem();
    }

    private PlanningProblem problem() {
        int layouts = 1 + random.nextInt(3);
        boolean passesOn = random.nextInt(4) == 0;
        var blocks = new ArrayList<Block>();
        blocks.add(block("head", layouts, false, true, passesOn));
        blocks.add(block("body", layouts, true, true, passesOn));
        blocks.add(block("tail", layouts, true, false, passesOn));
        var chain = new ArrayList<Link>();
        chain.add(new Link(0, 1));
        chain.add(new Link(1, 1 + random.nextInt(3)));
        if (random.nextInt(3) == 0) {
            blocks.add(block("other", layouts, true, true, passesOn));
            chain.add(new Link(3, 1));
        }
        chain.add(new Link(2, 1));
        long scale = 1 + random.nextInt(4) * 60L;
        return new PlanningProblem(blocks, chain, random.nextInt(50), random.nextInt(5), random.nextInt(15) + random.nextLong(scale));
    }

    /** One boundary variable on each side, a second one that may be passed on, and a few of its own. */
    private Block block(String name, int layouts, boolean hasIn, boolean hasOut, boolean passesOn) {
        var variables = new ArrayList<Variable>();
        var in = new ArrayList<Integer>();
        var out = new ArrayList<Integer>();
        if (hasIn) {
            in.add(add(variables, layouts));
        }
        if (hasOut) {
            out.add(add(variables, layouts));
        }
        if (passesOn) {
            int held = add(variables, 2);
            if (hasIn) {
                in.add(held);
            }
            if (hasOut) {
                out.add(held);
            }
        }
        int own = 1 + random.nextInt(2);
        for (int i = 0; i < own; i++) {
            add(variables, 1 + random.nextInt(3));
        }
        var regions = IntStream.range(0, 1 + random.nextInt(2)).mapToObj(i -> region("region" + i, variables)).toList();
        return new Block(name, variables, regions, in, out);
    }

    private static int add(List<Variable> variables, int size) {
        variables.add(new Variable("v" + variables.size(), IntStream.range(0, size).mapToObj(option -> "o" + option).toList()));
        return variables.size() - 1;
    }

    private Region region(String name, List<Variable> variables) {
        var instants = IntStream.range(0, random.nextInt(3)).mapToObj(i -> "instant" + i).toList();
        var factors = IntStream.range(0, 1 + random.nextInt(4)).mapToObj(_ -> factor(variables, instants.size())).toList();
        return new Region(name, instants, factors);
    }

    private Factor factor(List<Variable> variables, int instants) {
        var scope = new ArrayList<>(IntStream.range(0, variables.size()).boxed().toList());
        java.util.Collections.shuffle(scope, random);
        var named = scope.subList(0, 1 + random.nextInt(Math.min(3, scope.size())));
        int cells = Block.states(variables, named);
        boolean forbids = random.nextInt(6) == 0;
        var time = ImmutableLongArray.copyOf(IntStream.range(0, cells)
                .mapToLong(_ -> forbids && random.nextInt(5) == 0 ? Factor.FORBIDDEN : random.nextInt(100)));
        return new Factor(named, time, table(cells, 12), IntStream.range(0, instants).mapToObj(_ -> table(cells, 8)).toList());
    }

    private ImmutableLongArray table(int cells, int bound) {
        return random.nextInt(3) == 0 ? ImmutableLongArray.of()
                : ImmutableLongArray.copyOf(IntStream.range(0, cells).mapToLong(_ -> random.nextInt(bound)));
    }
}
