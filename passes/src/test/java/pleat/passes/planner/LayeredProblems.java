package pleat.passes.planner;

import com.google.common.primitives.ImmutableLongArray;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;

/**
 * Problems of the size and the form of real ones: two values are carried through the blocks; a block has regions of ops in a row, each with
 * an axis to split, a layout of its result, and the choice to keep the result or to compute it again.
 */
final class LayeredProblems {
    private static final int INSTANTS = 3;

    private final Random random;
    private final int layouts;
    private final List<Variable> variables = new ArrayList<>();

    private LayeredProblems(long seed, int layouts) {
        this.random = new Random(seed);
        this.layouts = layouts;
    }

    /** @param budgetPart of what the fastest plan of all needs */
    static PlanningProblem of(long copies, int layouts, int regions, double budgetPart) {
        var blocks = List.of(new LayeredProblems(1, layouts).block("head", 1, false, true),
                new LayeredProblems(0, layouts).block("body", regions, true, true),
                new LayeredProblems(2, layouts).block("tail", 1, true, false));
        var chain = List.of(new Link(0, 1), new Link(1, copies), new Link(2, 1));
        var problem = new PlanningProblem(blocks, chain, 0, 0, 1L << 58);
        var fastest = PlanSearch.solve(problem, SearchOptions.DEFAULT).orElseThrow().plan();
        return problem.withBudgetBytes((long) (fastest.bytes() * budgetPart));
    }

    private Block block(String name, int regionCount, boolean hasIn, boolean hasOut) {
        int[] carried = {add("m", layouts), add("z", layouts)};
        var in = hasIn ? List.of(carried[0], carried[1]) : List.<Integer>of();
        var regions = new ArrayList<Region>();
        for (int i = 0; i < regionCount; i++) {
            regions.add(region("region" + i, carried));
        }
        return new Block(name, variables, regions, in, hasOut ? List.of(carried[0], carried[1]) : List.of());
    }

    private Region region(String name, int[] carried) {
        var factors = new ArrayList<Factor>();
        int which = random.nextInt(3) > 0 ? 1 : 0;
        long time = (long) (1e8 * (0.5 + random.nextDouble()));
        long bytes = 16L << (20 + which);
        int source = carried[which];
        int operand = source;
        for (int op = 0; op < 8; op++) {
            operand = addOp(factors, operand, time, bytes);
        }
        int result = add("result", layouts);
        var move = square((from, to) -> from == to ? 0 : time / 5);
        var live = square((_, to) -> bytes / (to == 0 ? 1 : 2));
        factors.add(new Factor(List.of(source, result), move, ImmutableLongArray.of(), Collections.nCopies(INSTANTS, live)));
        factors.add(new Factor(List.of(operand, result), move, ImmutableLongArray.of(), nothing()));
        factors.add(new Factor(List.of(source), ImmutableLongArray.of(), table(layouts, layout -> bytes / (layout == 0 ? 1 : 2)), nothing()));
        carried[which] = result;
        return new Region(name, List.of("first", "second", "third"), factors);
    }

    private int addOp(List<Factor> factors, int operand, long time, long carriedBytes) {
        int split = add("split", layouts);
        int layout = add("layout", layouts);
        int keep = add("keep", 2);
        int[] needs = random.ints(layouts, 0, layouts).toArray();
        int[] gives = random.ints(layouts, 0, layouts).toArray();
        long[] own = random.longs(layouts, time / 4, time).toArray();
        long bytes = (long) (carriedBytes * (0.3 + 2 * random.nextDouble()));
        int from = random.nextInt(INSTANTS);
        factors.add(new Factor(List.of(operand, split), square((has, axis) -> has == needs[axis] ? 0 : time / 3), ImmutableLongArray.of(),
                nothing()));
        factors.add(new Factor(List.of(split, layout), square((axis, has) -> 3 * own[axis] + (gives[axis] == has ? 0 : time / 3)),
                ImmutableLongArray.of(), nothing()));
        IntToLongFunction size = cell -> bytes / (cell / 2 == 0 ? 1 : 2);
        var live = IntStream.range(0, INSTANTS).mapToObj(instant -> instant < from ? ImmutableLongArray.of()
                : table(2 * layouts, cell -> cell % 2 == 1 || instant == from ? size.applyAsLong(cell) : 0)).toList();
        factors.add(new Factor(List.of(layout, keep), table(2 * layouts, cell -> cell % 2 == 0 ? 0 : own[0]),
                table(2 * layouts, cell -> cell % 2 == 0 ? size.applyAsLong(cell) : 0), live));
        return layout;
    }

    private interface Cell {
        long of(int first, int second);
    }

    private ImmutableLongArray square(Cell cell) {
        return table(layouts * layouts, at -> cell.of(at / layouts, at % layouts));
    }

    private static ImmutableLongArray table(int cells, IntToLongFunction cell) {
        return ImmutableLongArray.copyOf(IntStream.range(0, cells).mapToLong(cell));
    }

    private static List<ImmutableLongArray> nothing() {
        return Collections.nCopies(INSTANTS, ImmutableLongArray.of());
    }

    private int add(String name, int options) {
        variables.add(new Variable(name + variables.size(), IntStream.range(0, options).mapToObj(option -> "o" + option).toList()));
        return variables.size() - 1;
    }
}
