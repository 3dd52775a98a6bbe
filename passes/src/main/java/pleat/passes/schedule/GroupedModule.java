package pleat.passes.schedule;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Op.Collective;
import pleat.ir.tensor.Op.Repeat;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.passes.tile.Grouping;
import pleat.passes.tile.TileProgram;
import pleat.passes.tile.TileTarget;

/**
 * A module whose functions are cut into tile programs; layouts are still open.
 *
 * @param functions steps of the entry and of each repeated body, by function name
 * @param weights for each weight, and each parameter of a body that stands for weights or slices of them: one of those that lie alike
 * @param cuts for each stack of chunks that a repetition goes over or collects: where the chunks lie
 */
record GroupedModule(TensorModule module, ImmutableMap<String, ImmutableList<Step>> functions, ImmutableMap<Value, Value> weights,
        ImmutableMap<Value, Views.Cut> cuts) {

    /** One step of a function. */
    sealed interface Step {
        record Program(TileProgram program) implements Step {}

        record Loop(Repeat repeat) implements Step {}

        /** An op without an equation that has a program of its own. */
        record Alone(Op op) implements Step {}

        /** Begins what devices do together. */
        record Start(Collective collective) implements Step {}

        /** Waits for it. */
        record Await(Collective collective) implements Step {}

        /** An equation that moves chunks of a value, which lie where they have to be already. */
        record View(Op op) implements Step {}
    }

    /** @param options whether equations share kernels, and whether collectives go on beside them */
    static GroupedModule of(TensorModule module, TileTarget target, Scheduler.Options options) {
        var reachable = reachable(module);
        var weights = WeightOrigins.of(module, reachable);
        var cuts = ImmutableMap.<Value, Views.Cut>builder();
        var pieces = new Pieces(module, target.sectorBytes(), options.copyBytes());
        var steps = new LinkedHashMap<String, ImmutableList<Step>>();
        // Bodies before what repeats them: whether a chunk can stay where it is follows from who reads it.
        for (Function function : inside(module)) {
            var views = Views.of(function, weights::containsKey, pieces);
            cuts.putAll(views.cuts());
            var grouped = steps(function, target, weights, options, new Grouping.Apart(views.ops(), module.device().isPresent()));
            pieces.learn(grouped);
            steps.put(function.name(), grouped);
        }
        var functions = ImmutableMap.<String, ImmutableList<Step>>builder();
        reachable.forEach(function -> functions.put(function.name(), steps.get(function.name())));
        return new GroupedModule(module, functions.buildOrThrow(), weights, cuts.buildOrThrow());
    }

    private static ImmutableList<Step> steps(Function function, TileTarget target, ImmutableMap<Value, Value> weights, Scheduler.Options options, Grouping.Apart apart) {
        var steps = new ArrayList<Step>();
        for (var step : Grouping.of(function, target, weights::containsKey, options.fuse(), apart)) {
            steps.add(switch (step) {
                case Grouping.Step.Fused(var ops) -> new Step.Program(TileProgram.of(ops, Grouping.escaping(function, ops), target, weights::containsKey));
                case Grouping.Step.Single(Op op) -> apart.ops().contains(op) ? new Step.View(op) : single(op);
            });
        }
        return Overlap.of(function, steps, options.overlap());
    }

    /** What a step reads from memory; a repetition over chunks of a value reads that value. */
    Set<Value> reads(Step step) {
        return Overlap.read(step).stream().map(this::root).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** What a step puts into memory; a repetition that makes chunks of a value makes that value, or a part of it. */
    Set<Value> makes(Step step) {
        return Overlap.made(step).stream().map(this::root).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private Value root(Value value) {
        return cuts.containsKey(value) ? cuts.get(value).root() : value;
    }

    private static Step single(Op op) {
        return switch (op) {
            case Repeat repeat -> new Step.Loop(repeat);
            case Op.Gather _, Op.ScatterAdd _, Op.Random _, Collective _ -> new Step.Alone(op);
            case Op.Call _ -> throw new IllegalStateException("`" + op + "` reached scheduling");
            case Op.Compute _ -> throw new IllegalStateException("an equation stands outside every group");
        };
    }

    /** The entry and the bodies that it repeats, callers first. */
    private static List<Function> reachable(TensorModule module) {
        var seen = new LinkedHashSet<String>();
        visit(module, module.entry(), seen);
        return seen.stream().map(module.functions()::get).toList();
    }

    private static void visit(TensorModule module, String name, Set<String> seen) {
        if (seen.add(name)) {
            repeated(module, name).forEach(body -> visit(module, body, seen));
        }
    }

    /** The same functions, callees first. */
    private static List<Function> inside(TensorModule module) {
        var left = new LinkedHashSet<String>();
        leave(module, module.entry(), left);
        return left.stream().map(module.functions()::get).toList();
    }

    private static void leave(TensorModule module, String name, Set<String> left) {
        if (!left.contains(name)) {
            repeated(module, name).forEach(body -> leave(module, body, left));
            left.add(name);
        }
    }

    private static List<String> repeated(TensorModule module, String name) {
        return module.functions().get(name).body().stream().flatMap(op -> op instanceof Repeat repeat ? Stream.of(repeat.body().callee()) : Stream.of()).toList();
    }
}
