package pleat.passes.recompute;

import static pleat.passes.Pass.gives;
import static pleat.passes.Pass.needs;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.passes.Invariant;
import pleat.passes.NamedValues;
import pleat.passes.Pass;
import pleat.passes.Rebuild;

/**
 * Computes what the way back needs of the way forward right before it is needed. Where the way forward is cut into stretches, only what
 * crosses a cut is held, and a stretch is computed again when the way back comes to it. See Note [One stretch at a time].
 */
public final class PlaceLate {
    public static final String NAME = "place-late";
    private static final String SUMMARY = "Computes what gradients need right before they need it, stretches of a function anew.";
    public static final Pass PASS = of(NamedValues.NONE);

    private PlaceLate() {}

    /** @param ends values that are the last of their stretch; in functions that have none, nothing is computed again */
    public static Pass of(NamedValues ends) {
        return new Pass(ends.equals(NamedValues.NONE) ? NAME : NAME + "{ends=" + ends.text() + "}", SUMMARY, needs(Invariant.NO_CALLS), gives(),
                module -> run(module, ends));
    }

    private static TensorModule run(TensorModule module, NamedValues ends) {
        ends.check(module);
        var back = WayBack.of(module);
        return Rebuild.eachFunction(module, function -> {
            var order = order(function, back, ends.of(function));
            return IntStream.range(0, order.size()).allMatch(o -> o < function.body().size() && order.get(o) == function.body().get(o))
                    ? function : function.withBody(order);
        });
    }

    static List<Op> order(Function function, WayBack back, Set<Value> ends) {
        return new Order(function, back, ends).run();
    }

    /** The ops of one function in their new order. */
    private static final class Order {
        private final Function function;
        private final WayBack back;
        private final Regions regions;
        private final Map<Value, Integer> makers = new LinkedHashMap<>();
        /** What stands for a value of the way forward: itself, or where it was computed again, the copy. */
        private final Map<Value, Value> held = new LinkedHashMap<>();
        private final Map<Value, Value> passing = new LinkedHashMap<>();
        private final Set<Value> made = new LinkedHashSet<>();
        private final List<Op> body = new ArrayList<>();

        Order(Function function, WayBack back, Set<Value> ends) {
            this.function = function;
            this.back = back;
            this.regions = new Regions(function, function.body().stream().filter(op -> !back.contains(op)).toList(), ends);
            for (int o = 0; o < function.body().size(); o++) {
                if (!back.contains(function.body().get(o))) {
                    for (Value value : function.body().get(o).results()) {
                        makers.put(value, o);
                    }
                }
            }
        }

        List<Op> run() {
            compute(function.results());
            int region = regions.last();
            for (Op op : function.body()) {
                if (back.contains(op)) {
                    int needed = op.operands().stream().mapToInt(regions::of).max().orElse(-1);
                    if (needed >= 0 && needed < region) {
                        region = needed;
                        passing.clear();
                    }
                    compute(op.operands());
                    body.add(Rebuild.operands(op, this::now));
                }
            }
            return body;
        }

        private Value now(Value value) {
            return held.getOrDefault(value, passing.getOrDefault(value, value));
        }

        private boolean isThere(Value value) {
            return !makers.containsKey(value) || held.containsKey(value) || passing.containsKey(value);
        }

        /** Appends the ops of the way forward that make values which are not there, in the order of the text. */
        private void compute(List<Value> values) {
            var missing = new TreeSet<Integer>();
            var waiting = new ArrayDeque<Value>(values);
            while (!waiting.isEmpty()) {
                var value = waiting.pop();
                if (!isThere(value) && missing.add(makers.get(value))) {
                    waiting.addAll(function.body().get(makers.get(value)).operands());
                }
            }
            missing.forEach(o -> append(function.body().get(o)));
        }

        private void append(Op op) {
            boolean isFirst = made.addAll(op.results());
            var results = new LinkedHashMap<Value, Value>();
            op.results().forEach(value -> results.put(value, isFirst ? value : new Value(value.name(), value.type())));
            body.add(Rebuild.op(op, this::now, results::get));
            results.forEach((value, result) -> (regions.isHeld(value) ? held : passing).put(value, result));
        }
    }
}

/*
 * Note [One stretch at a time]
 *
 * The way back walks through a function from its end to its start. Where everything that it needs of the way forward is computed
 * first, as differentiation writes it, all of that is there at once. With late places each value comes right before its first reader, which helps if
 * what it is made of is there anyway: values that a repetition kept. Otherwise the first reader, at the end of the function, needs the
 * whole chain from the start.
 *
 * Cuts end that. The chain runs once, and of it only what crosses a cut is held: in a residual network, the stream between two modules. When the
 * way back comes to a stretch it is computed a second time, from what was held at its start, and forgotten when the way back leaves it. If what
 * crosses a cut is kept already, no chain runs and nothing is computed a second time.
 *
 * Nothing that merges equal ops may run after this pass, and a kernel is not shared between an op and what it repeats (`Grouping`).
 */
