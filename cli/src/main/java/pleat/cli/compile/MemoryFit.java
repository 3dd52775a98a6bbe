package pleat.cli.compile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import pleat.codegen.HostTarget;
import pleat.ir.tensor.TensorModule;
import pleat.passes.NamedValues;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.grad.KeepSet;
import pleat.passes.recompute.KeepChoice;
import pleat.passes.recompute.Rates;
import pleat.passes.recompute.Recomputation;
import pleat.passes.recompute.StretchChoice;

/**
 * Finds what gradients may keep within a memory budget: plans are really made, from the one that keeps whatever it is faster to keep to the one that
 * keeps nothing and computes a stretch of a block at a time, and among those that fit the one wins whose operations and traffic take least.
 */
final class MemoryFit {
    /** Each price is that many times the one before, from what keeping costs when memory is plenty to that of a long product. */
    private static final double PRICE_STEP = 1.5;
    private static final int PRICES = 8;

    private final List<String> patterns;
    private final NativeOptions options;
    private final NativeCompiler compiler;
    private final TensorModule forward;
    private final UnaryOperator<TensorModule> completed;
    private final Map<KeepSet, TensorModule> differentiated = new LinkedHashMap<>();
    private final Map<Recomputation, Tried> tried = new LinkedHashMap<>();

    /**
     * A plan that was made.
     *
     * @param seconds estimated, for comparison with others of the same model
     */
    private record Tried(Recomputation recomputation, long bytes, double seconds) {}

    MemoryFit(TensorModule source, List<String> patterns, NativeOptions options, HostTarget target) {
        this(Preparation.forward(source, options), patterns, options, target, UnaryOperator.identity());
    }

    /**
     * @param forward what gradients are taken of
     * @param completed what is run, from the module that returns gradients
     */
    MemoryFit(TensorModule forward, List<String> patterns, NativeOptions options, HostTarget target, UnaryOperator<TensorModule> completed) {
        this.patterns = patterns;
        this.options = options;
        this.compiler = new NativeCompiler(options, target, Phases.quiet());
        this.forward = forward;
        this.completed = completed;
    }

    /** The fastest that fits; if none does, the one that needs least, so that the refusal names how much that is. */
    Recomputation within(long budget) {
        var keeps = keeps();
        var held = first(keeps, false, budget);
        // Stretches keep less live at once, so they only pay where more can be kept because of them.
        var stretched = first(held.map(found -> keeps.subList(0, keeps.indexOf(found.recomputation().keep()))).orElse(keeps), true, budget);
        var fitting = new ArrayList<Tried>();
        held.ifPresent(fitting::add);
        stretched.ifPresent(fitting::add);
        return fitting.stream().min((a, b) -> Double.compare(a.seconds(), b.seconds())).map(Tried::recomputation)
                .orElseGet(() -> tried.values().stream().min((a, b) -> Long.compare(a.bytes(), b.bytes())).orElseThrow().recomputation());
    }

    /** What may be kept, from what it is faster to keep than to compute again, to nothing. */
    private List<KeepSet> keeps() {
        var choice = new KeepChoice(forward, patterns, Rates.HOST);
        var keeps = new LinkedHashSet<KeepSet>();
        double price = Rates.HOST.secondsPerKeptByte();
        for (int p = 0; p < PRICES; p++, price *= PRICE_STEP) {
            keeps.add(choice.at(price));
        }
        keeps.add(KeepSet.NONE);
        return List.copyOf(keeps);
    }

    /** By bisection, since what is kept falls along the list. */
    private Optional<Tried> first(List<KeepSet> keeps, boolean inStretches, long budget) {
        int from = 0;
        int to = keeps.size();
        var found = Optional.<Tried>empty();
        while (from < to) {
            int middle = (from + to) / 2;
            var one = tried(keeps.get(middle), inStretches);
            if (one.bytes() <= budget) {
                found = Optional.of(one);
                to = middle;
            } else {
                from = middle + 1;
            }
        }
        return found;
    }

    private Tried tried(KeepSet keep, boolean inStretches) {
        var module = differentiated.computeIfAbsent(keep, one -> completed.apply(Preparation.backward(forward, patterns, one, options)));
        var ends = inStretches ? StretchChoice.smallest(PassManager.quiet().run(module, Pipelines.beforePlacing())) : NamedValues.NONE;
        return tried.computeIfAbsent(new Recomputation(keep, ends), recomputation -> {
            var tiled = compiler.tiled(module, ends);
            var plan = compiler.schedule(tiled);
            return new Tried(recomputation, compiler.place(plan, compiler.lower(plan)).arena().bytes(), Rates.HOST.seconds(tiled, plan));
        });
    }
}
