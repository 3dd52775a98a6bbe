package pleat.passes.hoist;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;
import pleat.passes.Rebuild;

/**
 * Carries a decision out: the loop in two, what is computed before it and what is left of it. A repetition inside the loop is cut in two
 * as well: one before the loop that only collects, and one in the loop that gets slices of what was collected. Functions are written anew
 * for each use, so that other uses of them stay as they are.
 */
final class LoopSplit {
    private static final String BEFORE = ".before";
    private static final String INSIDE = ".inside";

    private final Map<String, Function> functions;
    private final Set<String> taken;

    /**
     * The halves of a function.
     *
     * @param before ops on its own values, in order
     * @param kept results of those, which the other half takes as further sliced parameters
     * @param inside name of the other half
     * @param parameters of the function that the other half has still: what only the first half needs may not be there any more
     */
    private record Halves(ImmutableList<Op> before, ImmutableList<Value> kept, String inside, ImmutableSet<Value> parameters) {}

    /**
     * @param functions gets the halves of functions
     * @param taken other names that are not free
     */
    LoopSplit(Map<String, Function> functions, Set<String> taken) {
        this.functions = functions;
        this.taken = taken;
    }

    /** The ops that replace a loop; the last one is what is left of it. */
    List<Op> split(Decision decision) {
        var loop = decision.level().repeat();
        var halves = halves(decision, loop.carried().size() + loop.invariant().size());
        var outside = new LinkedHashMap<>(decision.level().parameters());
        var ops = new ArrayList<Op>();
        for (Op op : halves.before()) {
            op.results().forEach(result -> outside.put(result, new Value(result.name(), result.type())));
            ops.add(Rebuild.op(op, outside::get, outside::get));
        }
        ops.add(rest(decision.level(), halves, halves.kept().stream().map(outside::get).toList(), List.of()));
        return ops;
    }

    /** What is left of a repetition. */
    private static Op.Repeat rest(Level level, Halves halves, List<Value> moreInvariant, List<Value> moreSliced) {
        var repeat = level.repeat();
        int invariant = repeat.carried().size();
        int sliced = invariant + repeat.invariant().size();
        return new Op.Repeat(repeat.results(), new Op.Repeat.Body(halves.inside(), repeat.body().count(), repeat.body().reversed()),
                repeat.carried(), operands(level, invariant, sliced, halves.parameters(), moreInvariant),
                operands(level, sliced, repeat.operands().size(), halves.parameters(), moreSliced), repeat.location());
    }

    /** The operands of a range for parameters that are still there, and then others. */
    private static ImmutableList<Value> operands(Level level, int from, int to, Set<Value> parameters, List<Value> more) {
        return Stream.concat(IntStream.range(from, to).filter(p -> parameters.contains(level.function().arguments().get(p)))
                .mapToObj(level.repeat().operands()::get), more.stream()).collect(ImmutableList.toImmutableList());
    }

    /** @param position of the first of the parameters that are new */
    private Halves halves(Decision decision, int position) {
        var level = decision.level();
        var kept = new LinkedHashSet<>(decision.kept());
        var before = new LinkedHashMap<Op, Op>();
        var inside = new LinkedHashMap<Op, Op>();
        for (Op op : level.function().body()) {
            if (level.isFixed(op)) {
                before.put(op, op);
            }
            if (!level.isFixed(op) || decision.inside().contains(op)) {
                inside.put(op, op);
            }
        }
        decision.inner().forEach((repeat, inner) -> {
            if (!inner.keepsNothing()) {
                var halves = halves(inner, repeat.operands().size());
                var collecting = collecting(inner.level(), halves);
                before.put(repeat, collecting);
                kept.addAll(collecting.results());
                inside.put(repeat, rest(inner.level(), halves, List.of(), collecting.results()));
            }
        });
        var first = level.function().body().stream().filter(before::containsKey).map(before::get).toList();
        return other(level, wanted(first, kept), ImmutableList.copyOf(kept), List.copyOf(inside.values()), position);
    }

    private Halves other(Level level, ImmutableList<Op> before, ImmutableList<Value> kept, List<Op> inside, int position) {
        var used = new LinkedHashSet<>(level.function().results());
        inside.forEach(op -> used.addAll(op.operands()));
        var arguments = new ArrayList<>(level.function().arguments());
        arguments.addAll(position, kept);
        arguments.removeIf(value -> level.parameters().containsKey(value) && !used.contains(value));
        var name = add(level.repeat().body().callee(), INSIDE, arguments, inside, level.function().returns());
        return new Halves(before, kept, name, ImmutableSet.copyOf(arguments));
    }

    /** The ops on which what is kept depends. */
    private static ImmutableList<Op> wanted(List<Op> ops, LinkedHashSet<Value> kept) {
        var wanted = new LinkedHashSet<>(kept);
        var chosen = new ArrayList<Op>();
        for (Op op : ops.reversed()) {
            if (op.results().stream().anyMatch(wanted::contains)) {
                chosen.addFirst(op);
                wanted.addAll(op.operands());
            }
        }
        return ImmutableList.copyOf(chosen);
    }

    /** The repetition before the loop. */
    private Op.Repeat collecting(Level level, Halves halves) {
        var repeat = level.repeat();
        var used = new LinkedHashSet<>(halves.kept());
        halves.before().forEach(op -> used.addAll(op.operands()));
        var parameters = level.parameters().keySet().stream().filter(used::contains).collect(ImmutableSet.toImmutableSet());
        var returns = halves.kept().stream().map(value -> new Function.Return(value, value.name())).toList();
        var name = add(repeat.body().callee(), BEFORE, List.copyOf(parameters), halves.before(), returns);
        long count = repeat.body().count();
        var results = halves.kept().stream().map(value -> new Value(value.name(), stacked(value.type(), count)))
                .collect(ImmutableList.toImmutableList());
        int invariant = repeat.carried().size();
        int sliced = invariant + repeat.invariant().size();
        return new Op.Repeat(results, new Op.Repeat.Body(name, count, false), ImmutableList.of(),
                operands(level, invariant, sliced, parameters, List.of()),
                operands(level, sliced, repeat.operands().size(), parameters, List.of()), repeat.location());
    }

    private static TensorType stacked(TensorType slice, long count) {
        return TensorType.of(slice.dtype(), ImmutableList.<Dim>builder().add(Dim.of(count)).addAll(slice.dims()).build());
    }

    private String add(String callee, String half, List<Value> parameters, List<Op> body, List<Function.Return> returns) {
        String wish = callee.replace(INSIDE, "").replace(BEFORE, "") + half;
        String name = wish;
        for (int n = 1; functions.containsKey(name) || taken.contains(name); n++) {
            name = wish + n;
        }
        functions.put(name, Rebuild.copy(new Function(name, parameters.stream().map(Function.Parameter::plain).collect(ImmutableList.toImmutableList()),
                ImmutableList.copyOf(body), ImmutableList.copyOf(returns))));
        return name;
    }
}
