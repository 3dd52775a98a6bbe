package pleat.passes.shard;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import pleat.ir.diagnostic.UserException;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;
import pleat.passes.Rebuild;

/**
 * Where repetitions of the entry function are cut, so that copies of one body can be spread and kept in different ways: every run of equal copies
 * becomes a repetition of a function of its own. What stands between repetitions can become one of a single copy ({@link Once}), so that its way back can
 * compute it again.
 *
 * @param repeats one for each repetition, in order; empty where none is cut
 * @param once the stretches between repetitions that are, in ascending order: 0 is in front of the first repetition
 */
public record RepeatRuns(ImmutableList<OfRepeat> repeats, ImmutableList<Integer> once) {
    /**
     * The runs of one repetition.
     *
     * @param function that is repeated, before the cut
     * @param counts copies of each run
     */
    public record OfRepeat(String function, ImmutableList<Long> counts) {}

    /** The repetitions of the entry function, in order. */
    public static List<Op.Repeat> repeats(TensorModule module) {
        return module.entryFunction().body().stream().filter(Op.Repeat.class::isInstance).map(Op.Repeat.class::cast).toList();
    }

    /** @param counts of each repetition of the module, in order */
    public static RepeatRuns of(TensorModule module, List<List<Long>> counts, List<Integer> once) {
        var repeats = repeats(module);
        boolean isCut = counts.stream().anyMatch(runs -> runs.size() > 1);
        return new RepeatRuns(IntStream.range(0, isCut ? repeats.size() : 0).mapToObj(r -> new OfRepeat(repeats.get(r).body().callee(), ImmutableList.copyOf(counts.get(r))))
                .collect(ImmutableList.toImmutableList()), ImmutableList.copyOf(once));
    }

    /** The module with a repetition for each run and each such stretch; the same instance if there is nothing to do. */
    public TensorModule cut(TensorModule module) {
        if (repeats.isEmpty() && once.isEmpty()) {
            return module;
        }
        check(module);
        var cutting = new Cutting(module);
        var entry = module.entryFunction();
        var stretch = new ArrayList<Op>();
        int number = 0;
        for (Op op : entry.body()) {
            if (op instanceof Op.Repeat repeat) {
                cutting.stretch(stretch, once.contains(number));
                stretch.clear();
                cutting.cut(repeat, repeats.isEmpty() ? List.of(repeat.body().count()) : repeats.get(number).counts());
                number++;
            } else {
                stretch.add(op);
            }
        }
        cutting.stretch(stretch, once.contains(number));
        return cutting.module(entry);
    }

    private void check(TensorModule module) {
        var there = repeats(module);
        once.stream().filter(number -> number > there.size()).forEach(number -> {
            throw new UserException("the plan speaks of stretch %d between repetitions, and the model has %d repetitions".formatted(number, there.size()));
        });
        if (repeats.isEmpty()) {
            return;
        }
        if (there.size() != repeats.size()) {
            throw new UserException("the plan speaks of %d repetitions, and the model has %d".formatted(repeats.size(), there.size()));
        }
        for (int r = 0; r < there.size(); r++) {
            var body = there.get(r).body();
            var runs = repeats.get(r);
            long sum = runs.counts().stream().mapToLong(count -> count).sum();
            if (!body.callee().equals(runs.function()) || body.count() != sum || runs.counts().stream().anyMatch(count -> count < 1)) {
                throw new UserException("the plan cuts %d copies of `@%s` into runs, and the model has %d of `@%s`".formatted(sum, runs.function(), body.count(),
                        body.callee()));
            }
            if (runs.counts().size() > 1 && (there.get(r).results().size() > there.get(r).carried().size() || body.reversed())) {
                throw new UserException("the repetition of `@" + body.callee() + "` collects values or runs backwards, and cannot be cut into runs");
            }
        }
    }

    /** The functions of the new module in the making. */
    private static final class Cutting {
        private final TensorModule whole;
        private final Map<String, Function> functions;
        private final Set<String> taken = new LinkedHashSet<>();
        private final List<Op> body = new ArrayList<>();

        Cutting(TensorModule whole) {
            this.whole = whole;
            this.functions = new LinkedHashMap<>(whole.functions());
            functions.remove(whole.entry());
        }

        TensorModule module(Function entry) {
            functions.put(entry.name(), entry.withBody(body));
            return new TensorModule(whole.name(), ImmutableMap.copyOf(functions), whole.entry());
        }

        void stretch(List<Op> ops, boolean isOnce) {
            if (!isOnce || ops.isEmpty()) {
                body.addAll(ops);
                return;
            }
            var repeated = Once.of(fresh(whole.entry() + "_once"), ops, whole.entryFunction());
            functions.put(repeated.function().name(), repeated.function());
            taken.add(repeated.function().name());
            body.addAll(repeated.body());
        }

        void cut(Op.Repeat repeat, List<Long> counts) {
            var carried = repeat.carried();
            long first = 0;
            for (int r = 0; r < counts.size(); r++) {
                long count = counts.get(r);
                var results = r == counts.size() - 1 ? repeat.results()
                        : carried.stream().map(v -> new Value(v.name(), v.type())).collect(ImmutableList.toImmutableList());
                long start = first;
                var sliced = counts.size() == 1 ? repeat.sliced()
                        : repeat.sliced().stream().map(stack -> part(stack, start, count)).collect(ImmutableList.toImmutableList());
                body.add(new Op.Repeat(results, new Op.Repeat.Body(callee(repeat.body().callee()), count, repeat.body().reversed()), carried,
                        repeat.invariant(), sliced, repeat.location()));
                carried = results;
                first += count;
            }
        }

        /** A function that no repetition has yet. */
        private String callee(String wish) {
            if (taken.add(wish)) {
                return wish;
            }
            String name = fresh(wish);
            var copy = Rebuild.copy(whole.functions().get(wish));
            functions.put(name, new Function(name, copy.parameters(), copy.body(), copy.returns()));
            taken.add(name);
            return name;
        }

        private String fresh(String wish) {
            String name = wish + "_1";
            for (int n = 2; functions.containsKey(name) || name.equals(whole.entry()); n++) {
                name = wish + "_" + n;
            }
            return name;
        }

        /** The slices {@code first} to {@code first + count - 1} of what a repetition goes through. */
        private Value part(Value stack, long first, long count) {
            var dims = ImmutableList.<Dim>builder().add(Dim.of(count)).addAll(stack.type().dims().subList(1, stack.type().rank())).build();
            var axes = IntStream.range(0, dims.size()).mapToObj(d -> new Axis("i" + d, dims.get(d))).toList();
            var subscripts = IntStream.range(0, dims.size()).mapToObj(d -> d == 0 ? Index.axis(0).plus(Index.constant(first)) : Index.axis(d))
                    .collect(ImmutableList.toImmutableList());
            var equation = Equation.of(axes, dims.size(), List.of(new Access(subscripts, false)), Reduction.NONE, Scalar.read(0));
            var part = Op.compute(new Value(stack.name(), TensorType.of(stack.type().dtype(), dims)), equation, List.of(stack));
            body.add(part);
            return part.result();
        }
    }
}
