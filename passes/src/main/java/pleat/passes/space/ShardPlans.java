package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.LinkedHashMultimap;
import com.google.common.collect.Multimaps;
import com.google.common.collect.SetMultimap;
import com.google.common.collect.Sets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import pleat.ir.mesh.Mesh;
import pleat.ir.mesh.ShardPlan.Cut;
import pleat.ir.mesh.ShardPlan.OfFunction;
import pleat.ir.mesh.ShardPlan;
import pleat.ir.mesh.Sharding;
import pleat.ir.mesh.Split;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.text.ValueNames;
import pleat.passes.planner.Run;
import pleat.passes.shard.RepeatRuns;
import pleat.passes.space.Layout.Part;

/** What was chosen, as a plan of shards of a module in which every run of equal copies is a repetition of its own. */
final class ShardPlans {
    private final TensorModule module;
    private final Mesh mesh;
    private final Map<String, OfFunction> functions = new LinkedHashMap<>();
    /** What repetitions that were cut into runs go through a part of: the layouts that the runs want it in, one dim further. */
    private final SetMultimap<Value, Sharding> stacks = LinkedHashMultimap.create();
    private final Map<Value, Value> parts = new LinkedHashMap<>();

    private ShardPlans(TensorModule planned, TensorModule module, Ranks ranks) {
        this.module = module;
        this.mesh = mesh(ranks);
        var known = Sets.newIdentityHashSet();
        known.addAll(planned.entryFunction().body());
        module.entryFunction().body().stream().filter(op -> op instanceof Op.Compute && !known.contains(op))
                .forEach(op -> parts.put(op.results().getFirst(), op.operands().getFirst()));
    }

    /** One axis is called {@code model}; of two the first is {@code data}. */
    static Mesh mesh(Ranks ranks) {
        var names = ranks.axes() == 1 ? List.of("model") : List.of("data", "model");
        return new Mesh(IntStream.range(0, ranks.axes()).mapToObj(a -> new Mesh.Axis(names.get(a), ranks.along(a)))
                .collect(ImmutableList.toImmutableList()));
    }

    /**
     * @param planned the module that was planned
     * @param module the same, with repetitions cut into runs
     */
    static ShardPlan of(TensorModule planned, TensorModule module, Outcome.Found found) {
        var plans = new ShardPlans(planned, module, found.space().options().pricing().ranks());
        var entry = new Draft(module.entryFunction());
        var repeats = repeats(found, module);
        for (int r = 0; r < repeats.size(); r++) {
            var run = found.plan().runs().get(r);
            var block = found.block(run);
            if (block.facts().isRepeated()) {
                plans.repeat(repeats.get(r).orElseThrow(), block, run, entry);
            } else if (repeats.get(r).isPresent()) {
                plans.once(repeats.get(r).get(), block, run, entry);
            } else {
                plans.choices(block, run, entry, block.facts().segment().ops());
                plans.weights(block, run, entry, module.entryFunction(), block.facts().segment().arguments());
            }
        }
        Multimaps.asMap(plans.stacks).forEach((stack, wanted) -> plans.stack(stack, wanted, entry));
        plans.functions.put(module.entry(), entry.finished(ImmutableList.of()));
        return new ShardPlan(plans.mesh, ImmutableMap.copyOf(plans.functions));
    }

    /** Runs that want it in different layouts take whole parts of what all devices have whole, so that a gradient is gathered of those parts only. */
    private void stack(Value stack, Set<Sharding> wanted, Draft entry) {
        if (wanted.size() == 1) {
            entry.lie(stack, wanted.iterator().next());
            return;
        }
        entry.lie(stack, Sharding.WHOLE);
        parts.forEach((part, of) -> {
            if (of == stack) {
                entry.cuts.put(entry.names.get(part), ImmutableList.of());
            }
        });
    }

    /** Of a module with repetitions cut into runs: that of each run of copies; of what is not repeated only what is computed again has one. */
    static List<Optional<Op.Repeat>> repeats(Outcome.Found found, TensorModule module) {
        var once = found.once();
        var all = RepeatRuns.repeats(module).iterator();
        var repeats = new ArrayList<Optional<Op.Repeat>>();
        int stretch = 0;
        for (Run run : found.plan().runs()) {
            boolean isRepeated = found.block(run).facts().isRepeated();
            repeats.add(isRepeated || once.contains(stretch) ? Optional.of(all.next()) : Optional.empty());
            stretch += isRepeated ? 0 : 1;
        }
        return repeats;
    }

    /** The values of a segment that are the arguments of the function that is repeated. */
    static List<Value> arguments(SegmentBlock block, Op.Repeat repeat) {
        return block.facts().isRepeated() ? block.facts().segment().arguments() : repeat.operands();
    }

    /** What is said of one function, by its own values. */
    private static final class Draft {
        private final Map<Value, String> names = new LinkedHashMap<>();
        private final Map<String, Sharding> values = new LinkedHashMap<>();
        private final Map<String, ImmutableList<Cut>> cuts = new LinkedHashMap<>();

        Draft(Function function) {
            ValueNames.of(function).forEach((name, value) -> names.put(value, name));
        }

        void lie(Value value, Sharding sharding) {
            values.putIfAbsent(names.get(value), sharding);
        }

        Sharding of(Value value) {
            return values.getOrDefault(names.get(value), Sharding.WHOLE);
        }

        OfFunction finished(ImmutableList<Sharding> returns) {
            return new OfFunction(ImmutableMap.copyOf(values), ImmutableMap.copyOf(cuts), returns);
        }
    }

    private void repeat(Op.Repeat repeat, SegmentBlock block, Run run, Draft entry) {
        var body = module.functions().get(repeat.body().callee());
        var draft = new Draft(body);
        var returns = ImmutableList.<Sharding>builder();
        for (int g = 0; g < block.boundaries().given().size(); g++) {
            var sharding = sharding(block.boundaryLayout(run, block.boundaries().given().get(g)));
            draft.lie(body.arguments().get(g), sharding);
            entry.lie(repeat.results().get(g), sharding);
            entry.lie(repeat.carried().get(g), sharding);
            returns.add(sharding);
        }
        choices(block, run, draft, body.body());
        weights(block, run, draft, body, block.facts().segment().arguments());
        for (int p = 0; p < body.arguments().size(); p++) {
            var argument = body.arguments().get(p);
            draft.lie(argument, Sharding.WHOLE);
            int sliced = p - repeat.carried().size() - repeat.invariant().size();
            if (sliced >= 0) {
                var stack = repeat.sliced().get(sliced);
                var lies = stacked(draft.values.get(draft.names.get(argument)));
                entry.lie(stack, lies);
                if (parts.containsKey(stack)) {
                    stacks.put(parts.get(stack), lies);
                }
            }
        }
        body.results().subList(repeat.carried().size(), body.results().size()).forEach(_ -> returns.add(Sharding.WHOLE));
        functions.put(body.name(), draft.finished(returns.build()));
    }

    /** What is not repeated and yet computed again. What it hands on leaves it as the segment behind is given it. */
    private void once(Op.Repeat repeat, SegmentBlock block, Run run, Draft entry) {
        var body = module.functions().get(repeat.body().callee());
        var draft = new Draft(body);
        var segment = block.facts().segment();
        choices(block, run, draft, body.body());
        weights(block, run, draft, body, repeat.operands());
        weights(block, run, entry, module.entryFunction(), segment.arguments());
        for (int p = 0; p < repeat.operands().size(); p++) {
            int given = segment.given().indexOf(repeat.operands().get(p));
            draft.lie(body.arguments().get(p), given < 0 ? entry.of(repeat.operands().get(p)) : sharding(block.boundaryLayout(run, block.boundaries().given().get(given))));
        }
        var returns = ImmutableList.<Sharding>builder();
        for (int r = 0; r < body.results().size(); r++) {
            var taken = taken(repeat.results().get(r));
            int handed = block.boundaries().handed().isEmpty() ? -1 : segment.handed().indexOf(taken);
            var sharding = handed < 0 ? draft.of(body.results().get(r)) : sharding(block.boundaryLayout(run, block.boundaries().handed().get(handed)));
            returns.add(sharding);
            entry.lie(repeat.results().get(r), stacked(sharding));
            entry.lie(taken, sharding);
            entry.cuts.put(entry.names.get(taken), sharding.splits().stream().map(s -> new Cut(s.axis(), s.dim(), s.unit())).collect(ImmutableList.toImmutableList()));
        }
        functions.put(body.name(), draft.finished(returns.build()));
    }

    /** The value that is taken out of what is collected once. */
    private Value taken(Value collected) {
        return module.entryFunction().body().stream().filter(op -> op.operands().contains(collected)).findFirst().orElseThrow().results().getFirst();
    }

    private static Sharding stacked(Sharding slice) {
        return Sharding.of(slice.splits().stream().map(s -> new Split(s.axis(), s.dim() + 1, s.extent(), s.unit())).toList());
    }

    /** The ops of a copy of a segment are those of the segment, in its order. */
    private void choices(SegmentBlock block, Run run, Draft draft, List<Op> ops) {
        var position = new LinkedHashMap<Value, Integer>();
        block.facts().segment().ops().forEach(op -> position.put(op.results().getFirst(), position.size()));
        for (int c = 0; c < block.choices().size(); c++) {
            var strategy = block.choice(run, c).strategy();
            for (var member : block.facts().clusters().get(c).members()) {
                var result = ops.get(position.get(member.result())).results().getFirst();
                draft.lie(result, sharding(strategy.of(member.result())));
                draft.cuts.put(draft.names.get(result), new Shardings(mesh).cuts(strategy, member));
            }
        }
    }

    /** @param arguments values of the segment that the body is given */
    private void weights(SegmentBlock block, Run run, Draft draft, Function body, List<Value> arguments) {
        for (int c = 0; c < block.choices().size(); c++) {
            var strategy = block.choice(run, c).strategy();
            for (int p = 0; p < arguments.size(); p++) {
                if (block.facts().segment().weights().contains(arguments.get(p)) && strategy.lies().containsKey(arguments.get(p))) {
                    draft.lie(body.arguments().get(p), sharding(strategy.of(arguments.get(p))));
                }
            }
        }
    }

    private Sharding sharding(Layout layout) {
        return new Shardings(mesh).of(layout);
    }

    /** Layouts in words of a mesh. */
    record Shardings(Mesh mesh) {
        Sharding of(Layout layout) {
            return Sharding.of(IntStream.range(0, mesh.axes().size()).filter(a -> layout.along(a) instanceof Part.Cut).mapToObj(a -> {
                var cut = (Part.Cut) layout.along(a);
                return new Split(mesh.axes().get(a).name(), cut.dim(), cut.extent(), cut.unit());
            }).toList());
        }

        /** How the work of a member is cut. */
        ImmutableList<Cut> cuts(Strategy strategy, Cluster.Member member) {
            return IntStream.range(0, strategy.splits().size()).filter(a -> strategy.splits().get(a) >= 0 && member.axis(strategy.splits().get(a)) >= 0)
                    .mapToObj(a -> new Cut(mesh.axes().get(a).name(), member.axis(strategy.splits().get(a)), 1)).collect(ImmutableList.toImmutableList());
        }
    }
}
