package pleat.passes.estimate;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import pleat.ir.mesh.Transfer;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Function.Return;
import pleat.ir.tensor.Function.Role;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.type.DType;
import pleat.passes.estimate.Run.Buffer;
import pleat.passes.machine.Family;
import pleat.passes.machine.Prices;
import pleat.passes.machine.Primitive;
import pleat.passes.machine.Work;

/**
 * One step of a module as an eager framework does it, from the allocator's first byte to the last kernel of the optimizer. The entry is taken apart at its
 * repetitions: what stands between them keeps what the way back needs, what a repetition keeps is chosen.
 */
public final class EagerStep {
    private final TensorModule module;
    private final Training training;
    private final Recompute recompute;
    private final Run run;
    private final Prices prices;
    private final Set<Value> weights = new LinkedHashSet<>();
    /** What each device goes on to use for its part of the work, by the weight that it is; gradients are added up over devices at the end. */
    private final Map<Value, Op.Collective> shared = new LinkedHashMap<>();
    private final Map<Value, Buffer> values = new LinkedHashMap<>();
    private final Map<Value, Buffer> gradients = new LinkedHashMap<>();
    private final Set<Value> needGradients = new LinkedHashSet<>();

    private EagerStep(TensorModule module, Training training, Recompute recompute, Prices prices) {
        this.module = module;
        this.training = training;
        this.recompute = recompute;
        this.prices = prices;
        this.run = new Run(prices);
    }

    /** @param module prepared, for one device; not differentiated */
    public static Estimate of(TensorModule module, Training training, Recompute recompute, Prices prices) {
        return new EagerStep(module, training, recompute, prices).run();
    }

    /** Ops of the entry between which nothing is repeated, or one repetition. */
    private sealed interface Piece {
        /** @param values the entry's, for the tensors of the chain's inputs and results */
        record Straight(Chain chain, EagerBody body, Function function) implements Piece {}

        record Loop(List<Chain> turns, EagerBody body, Op.Repeat repeat) implements Piece {}
    }

    private Estimate run() {
        var body = module.entryFunction().body();
        for (Parameter parameter : module.entryFunction().parameters()) {
            long bytes = bytes(parameter.value());
            values.put(parameter.value(), run.allocate(bytes));
            if (parameter.role() == Role.WEIGHT) {
                weights.add(parameter.value());
                needGradients.add(parameter.value());
                IntStream.range(0, training.isOn() ? 1 + training.states() : 0).forEach(_ -> run.allocate(bytes));
                if (training.isAveraged()) {
                    run.allocate(exactBytes(parameter.value()));
                }
            }
        }
        body.forEach(op -> {
            if (op instanceof Op.Collective collective && collective.transfer() instanceof Transfer.Vary && weights.contains(collective.operand())) {
                shared.put(collective.operand(), collective);
            }
        });
        shared.forEach((weight, vary) -> {
            values.put(vary.result(), values.get(weight).hold());
            weights.add(vary.result());
            needGradients.add(vary.result());
        });
        var pieces = new ArrayList<Piece>();
        for (int begin = 0; begin < body.size();) {
            int end = begin;
            while (end < body.size() && !(body.get(end) instanceof Op.Repeat)) {
                end++;
            }
            if (body.subList(begin, end).stream().anyMatch(op -> !shared.containsValue(op))) {
                pieces.add(straight(begin, end));
            }
            if (end < body.size()) {
                pieces.add(loop((Op.Repeat) body.get(end), end));
            }
            begin = end + 1;
        }
        if (training.isOn()) {
            module.entryFunction().results().stream().distinct().forEach(result -> gradients.put(result, run.allocate(bytes(result))));
            pieces.reversed().forEach(this::back);
            addUp();
            optimize();
        }
        return run.estimate();
    }

    private long bytes(Value value) {
        return Work.bytes(value.type(), prices.storage());
    }

    private Piece.Straight straight(int begin, int end) {
        var ops = module.entryFunction().body().subList(begin, end).stream().filter(op -> !shared.containsValue(op)).toList();
        Set<Value> made = new LinkedHashSet<>();
        ops.forEach(op -> made.addAll(op.results()));
        var read = ops.stream().flatMap(op -> op.operands().stream()).distinct().filter(value -> !made.contains(value)).toList();
        var later = neededAfter(end);
        var function = new Function("piece", read.stream().map(Parameter::plain).collect(ImmutableList.toImmutableList()), ImmutableList.copyOf(ops),
                made.stream().filter(later::contains).map(value -> new Return(value, value.name())).collect(ImmutableList.toImmutableList()));
        var body = EagerLowering.of(module, function, prices.storage(), needGradients, weights);
        var chain = new Chain(run, List.of(body), true);
        var results = chain.forward(inputs(body, function.arguments()), training.isOn());
        for (int i = 0; i < function.returns().size(); i++) {
            var value = function.results().get(i);
            values.put(value, results.get(body.results().get(i)));
            markGradient(value, body.results().get(i).needsGradient());
        }
        letGo(end);
        return new Piece.Straight(chain, body, function);
    }

    private void markGradient(Value value, boolean needsGradient) {
        if (needsGradient) {
            needGradients.add(value);
        }
    }

    private Map<Tensor, Buffer> inputs(EagerBody body, List<Value> arguments) {
        var inputs = new LinkedHashMap<Tensor, Buffer>();
        IntStream.range(0, arguments.size()).forEach(i -> inputs.put(body.parameters().get(i), values.get(arguments.get(i))));
        return inputs;
    }

    private Set<Value> neededAfter(int end) {
        Set<Value> needed = new LinkedHashSet<>(module.entryFunction().results());
        module.entryFunction().body().stream().skip(end).forEach(op -> needed.addAll(op.operands()));
        return needed;
    }

    /** Frees values that nothing reads any more; what the entry is given stays. */
    private void letGo(int end) {
        var needed = neededAfter(end);
        var arguments = module.entryFunction().arguments();
        values.keySet().stream().filter(value -> !needed.contains(value) && !arguments.contains(value)).toList()
                .forEach(value -> values.remove(value).release());
    }

    private Piece.Loop loop(Op.Repeat repeat, int at) {
        var function = module.functions().get(repeat.body().callee());
        var body = body(repeat, function);
        var parts = recompute == Recompute.MODULE ? Modules.of(body, repeat.carried().size()) : List.of(body);
        var turns = new ArrayList<Chain>();
        var current = new ArrayList<Buffer>();
        repeat.carried().forEach(value -> current.add(entering(value)));
        for (long turn = 0; turn < repeat.body().count(); turn++) {
            var chain = new Chain(run, parts, recompute == Recompute.NONE);
            turns.add(chain);
            var results = chain.forward(turnInputs(repeat, body, current), training.isOn());
            for (int c = 0; c < current.size(); c++) {
                current.get(c).release();
                current.set(c, results.get(body.results().get(c)));
            }
            // What is collected is copied to its place in the stack.
            body.results().stream().skip(current.size()).distinct().filter(tensor -> !body.results().subList(0, current.size()).contains(tensor))
                    .forEach(tensor -> results.get(tensor).release());
        }
        for (int r = 0; r < repeat.results().size(); r++) {
            var value = repeat.results().get(r);
            values.put(value, r < current.size() ? current.get(r) : run.allocate(bytes(value)));
            markGradient(value, body.results().get(r).needsGradient());
        }
        letGo(at + 1);
        return new Piece.Loop(turns, body, repeat);
    }

    /** What the first iteration starts from. To be computed again it has to need a gradient, so an input goes through an op that makes one that does. */
    private Buffer entering(Value value) {
        if (!training.isOn() || recompute == Recompute.NONE || needGradients.contains(value)) {
            return values.get(value).hold();
        }
        var copy = run.allocate(bytes(value));
        run.kernel(value.name(), new Work(Family.MAP, value.type().elements(), 2 * bytes(value)));
        return copy;
    }

    private EagerBody body(Op.Repeat repeat, Function function) {
        Set<Value> needing = new LinkedHashSet<>();
        Set<Value> trained = new LinkedHashSet<>();
        var operands = repeat.operands();
        for (int i = 0; i < operands.size(); i++) {
            var parameter = function.arguments().get(i);
            if (weights.contains(operands.get(i))) {
                trained.add(parameter);
            }
            // What an iteration makes of weights needs a gradient, and is the next one's input.
            if (i < repeat.carried().size() || needGradients.contains(operands.get(i))) {
                needing.add(parameter);
            }
        }
        return EagerLowering.of(module, function, prices.storage(), needing, trained);
    }

    private Map<Tensor, Buffer> turnInputs(Op.Repeat repeat, EagerBody body, List<Buffer> carried) {
        var inputs = new LinkedHashMap<Tensor, Buffer>();
        for (int i = 0; i < body.parameters().size(); i++) {
            inputs.put(body.parameters().get(i), i < carried.size() ? carried.get(i) : values.get(repeat.operands().get(i)));
        }
        return inputs;
    }

    private void back(Piece piece) {
        switch (piece) {
            case Piece.Straight(Chain chain, EagerBody body, Function function) -> {
                var given = new LinkedHashMap<Tensor, Buffer>();
                for (int r = 0; r < function.returns().size(); r++) {
                    give(given, body.results().get(r), gradients.remove(function.results().get(r)));
                }
                var found = chain.back(given);
                for (int i = 0; i < body.parameters().size(); i++) {
                    add(function.arguments().get(i), body.parameters().get(i), found.remove(body.parameters().get(i)));
                }
            }
            case Piece.Loop(List<Chain> turns, EagerBody body, Op.Repeat repeat) -> loopBack(turns, body, repeat);
        }
    }

    private void give(Map<Tensor, Buffer> given, Tensor tensor, Buffer gradient) {
        if (gradient == null) {
            return;
        }
        if (!tensor.needsGradient() || given.containsKey(tensor)) {
            gradient.release();
        } else {
            given.put(tensor, gradient);
        }
    }

    private void loopBack(List<Chain> turns, EagerBody body, Op.Repeat repeat) {
        var given = new LinkedHashMap<Tensor, Buffer>();
        for (int r = 0; r < repeat.results().size(); r++) {
            give(given, body.results().get(r), gradients.remove(repeat.results().get(r)));
        }
        Map<Tensor, Buffer> found = given;
        for (int turn = turns.size() - 1; turn >= 0; turn--) {
            found = turns.get(turn).back(turn == turns.size() - 1 ? given : found);
            var next = new LinkedHashMap<Tensor, Buffer>();
            for (int i = 0; i < body.parameters().size(); i++) {
                var gradient = found.remove(body.parameters().get(i));
                if (i < repeat.carried().size() && turn > 0) {
                    give(next, body.results().get(i), gradient);
                } else {
                    add(repeat.operands().get(i), body.parameters().get(i), gradient);
                }
            }
            found = next;
        }
    }

    /** Adds to the gradient of one of the entry's values. That of a weight has its place already. */
    private void add(Value value, Tensor tensor, Buffer gradient) {
        if (gradient == null) {
            return;
        }
        boolean isFirst = !weights.contains(value) && !gradients.containsKey(value);
        if (isFirst && needGradients.contains(value)) {
            gradients.put(value, gradient);
            return;
        }
        if (!isFirst) {
            run.kernel("d_" + tensor.name(), new Work(Family.MAP, tensor.elements(), 3 * tensor.bytes()));
        }
        gradient.release();
    }

    /** The gradients of all weights that devices share lie in one piece while they are added up. */
    private void addUp() {
        shared.values().stream().map(vary -> vary.transfer().axis()).distinct().forEach(axis -> {
            long bytes = shared.values().stream().filter(vary -> vary.transfer().axis().equals(axis)).mapToLong(vary -> bytes(vary.operand())).sum();
            var flat = run.allocate(bytes);
            run.kernel("gradients", new Work(Family.MAP, 0, 2 * bytes));
            run.collective("gradients", Primitive.ALL_REDUCE, module.device().orElseThrow().mesh().size(axis), bytes);
            run.kernel("gradients", new Work(Family.MAP, 0, 2 * bytes));
            flat.release();
        });
    }

    private long copies(Value weight) {
        var used = shared.containsKey(weight) ? shared.get(weight).result() : weight;
        return module.entryFunction().body().stream().filter(op -> op instanceof Op.Repeat repeat && repeat.sliced().contains(used))
                .map(op -> ((Op.Repeat) op).body().count()).reduce(1L, Math::max);
    }

    /** Each weight by itself: states are scaled and added to, the weight is changed, the gradient is cleared. */
    private void optimize() {
        var trained = module.entryFunction().parameters().stream().filter(p -> p.role() == Role.WEIGHT).map(Parameter::value).toList();
        for (Value weight : trained) {
            long copies = copies(weight);
            long bytes = bytes(weight) / copies;
            for (long copy = 0; copy < copies; copy++) {
                Stream.of(2, 3).limit(training.states() > 0 ? 2 : 0).forEach(times -> IntStream.range(0, training.states())
                        .forEach(_ -> run.kernel(weight.name(), new Work(Family.MAP, bytes, times * bytes))));
                run.kernel(weight.name(), new Work(Family.MAP, bytes, 3 * bytes));
                run.kernel(weight.name(), new Work(Family.MAP, 0, bytes));
            }
            if (training.isAveraged()) {
                average(weight, copies);
            }
        }
    }

    private void average(Value weight, long copies) {
        long bytes = exactBytes(weight) / copies;
        for (long copy = 0; copy < copies; copy++) {
            run.kernel(weight.name(), new Work(Family.MAP, bytes, 2 * bytes));
            run.kernel(weight.name(), new Work(Family.MAP, bytes, 3 * bytes));
        }
    }

    private static long exactBytes(Value weight) {
        return Work.bytes(weight.type(), DType.F32);
    }
}
