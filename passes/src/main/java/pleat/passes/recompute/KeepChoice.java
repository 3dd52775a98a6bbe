package pleat.passes.recompute;

import com.google.common.collect.ImmutableSetMultimap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.text.ValueNames;
import pleat.passes.NamedValues;
import pleat.passes.grad.Differentiate;
import pleat.passes.grad.KeepSet;
import pleat.passes.hoist.MinimumCut;

/**
 * Which values are worth keeping at a price for memory: those of a minimum cut between what the way back reads and what an iteration starts
 * from, where keeping a value costs its bytes and computing it again its time. See Note [A price for a kept byte].
 */
public final class KeepChoice {
    /** Capacities are whole numbers: this many to a second. */
    private static final double UNITS_PER_SECOND = 1e15;

    private final TensorModule module;
    private final NamedValues readBack;
    private final Rates rates;

    /** @param module that will be differentiated; {@code patterns} the gradients that are wanted of it */
    public KeepChoice(TensorModule module, List<String> patterns, Rates rates) {
        this.module = module;
        this.readBack = Differentiate.readBack(module, patterns);
        this.rates = rates;
    }

    /** @param secondsPerByte what keeping one byte of one iteration must save at least in that iteration */
    public KeepSet at(double secondsPerByte) {
        var names = ImmutableSetMultimap.<String, String>builder();
        for (String name : readBack.names().keySet()) {
            new OneFunction(module.functions().get(name), secondsPerByte).addKept(names);
        }
        return new KeepSet.Named(new NamedValues(names.build()));
    }

    /** The network of one function: for each op a node for being available and one for being computed again. */
    private final class OneFunction {
        private final Function function;
        private final double secondsPerByte;
        private final MinimumCut cut = new MinimumCut();
        private final Map<Value, Integer> available = new LinkedHashMap<>();
        private final Map<Op, Integer> again = new LinkedHashMap<>();

        OneFunction(Function function, double secondsPerByte) {
            this.function = function;
            this.secondsPerByte = secondsPerByte;
        }

        void addKept(ImmutableSetMultimap.Builder<String, String> names) {
            function.body().forEach(this::connect);
            readBack.of(function).forEach(value -> cut.edge(MinimumCut.SOURCE, available.get(value), MinimumCut.UNBOUNDED));
            var needed = cut.sourceSide();
            var words = ValueNames.of(function).inverse();
            for (Op op : function.body()) {
                int first = available.get(op.results().getFirst());
                if (needed.get(first) && !needed.get(again.get(op))) {
                    op.results().forEach(value -> names.put(function.name(), words.get(value)));
                }
            }
        }

        private void connect(Op op) {
            int there = cut.node();
            int computed = cut.node();
            op.results().forEach(value -> available.put(value, there));
            again.put(op, computed);
            cut.edge(there, computed, units(secondsPerByte * bytes(op)));
            cut.edge(computed, MinimumCut.SINK, units(rates.secondsAgain(op, module)));
            op.operands().stream().filter(available::containsKey)
                    .forEach(value -> cut.edge(computed, available.get(value), MinimumCut.UNBOUNDED));
        }

        /** Who keeps a repetition keeps what it collects for its own way back: at least what each of its iterations starts from. */
        private double bytes(Op op) {
            double results = op.results().stream().mapToLong(value -> value.type().bytes()).sum();
            double collected = op instanceof Op.Repeat repeat
                    ? repeat.body().count() * repeat.carried().stream().mapToLong(value -> value.type().bytes()).sum() : 0;
            return results + collected;
        }

        private static long units(double seconds) {
            return Math.max(1, Math.round(seconds * UNITS_PER_SECOND));
        }
    }
}

/*
 * Note [A price for a kept byte]
 *
 * A value that the way back reads is kept, or computed again from values that are kept or computed again. With a price for a byte that is a
 * project selection, and its optimum a minimum cut: an edge from "there" to "computed again" is cut where the value is kept, one from "computed
 * again" to the sink where it is computed, and none of unbounded capacity ever is. Computing again costs arithmetic only: maps are put into kernels that
 * are there anyway, so that keeping their results would save nothing. Lower prices keep more, so that one number spans all choices that
 * are best for some price; those between two of them, which a solver could find, are missed.
 *
 * The price is one for all repetitions, because a byte of one is worth a byte of another. That a kept value leaves shorter stretches to compute, and so
 * less to be held at once, has no place in the cut: the choice among prices is made by the memory that whole plans take.
 */
