package pleat.cli.compile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import pleat.codegen.HostTarget;
import pleat.ir.plan.Plan;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.passes.NamedValues;
import pleat.passes.grad.KeepSet;
import pleat.passes.machine.Work;
import pleat.passes.recompute.KeepChoice;
import pleat.passes.recompute.Rates;
import pleat.passes.recompute.Recomputation;
import pleat.passes.recompute.StretchChoice;
import pleat.passes.schedule.Placement;

/**
 * Finds what gradients may keep within a memory budget: plans are really made, from the one that keeps whatever it is faster to keep to the one that
 * keeps nothing and computes a stretch of a block at a time, and among those that fit the one wins whose operations and traffic take least.
 */
final class MemoryFit {
    /** Each price is that many times the one before, from what keeping costs when memory is plenty to that of a long product. */
    private static final double PRICE_STEP = 1.5;
    private static final int PRICES = 8;
    /** A plan has some room for kernels, however little. */
    private static final long NOTHING = 64;

    private final List<String> patterns;
    private final NativeOptions options;
    private final NativeCompiler compiler;
    private final TensorModule forward;
    private final UnaryOperator<TensorModule> completed;
    private final Map<KeepSet, TensorModule> simplified = new LinkedHashMap<>();
    private final Map<Recomputation, Tried> tried = new LinkedHashMap<>();
    /** What kernels need beside buffers is known when they are written, which is only done for a plan that is chosen; until then this much. */
    private long scratch;

    /**
     * A plan that was made.
     *
     * @param bytes of its arena, without what kernels need beside buffers
     * @param seconds estimated, for comparison with others of the same model
     */
    private record Tried(Recomputation recomputation, Plan plan, long bytes, double seconds) {}

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
        while (true) {
            var best = best(budget - scratch);
            long needed = compiler.scratch(best.plan());
            if (needed <= scratch || best.bytes() + needed <= budget || best.bytes() > budget - scratch) {
                return best.recomputation();
            }
            scratch = needed;
        }
    }

    private Tried best(long budget) {
        var keeps = keeps();
        var held = first(keeps, false, budget);
        // Stretches keep less live at once, so they only pay where more can be kept because of them.
        var stretched = first(held.map(found -> keeps.subList(0, keeps.indexOf(found.recomputation().keep()))).orElse(keeps), true, budget);
        var fitting = new ArrayList<Tried>();
        held.ifPresent(fitting::add);
        stretched.ifPresent(fitting::add);
        return fitting.stream().min((a, b) -> Double.compare(a.seconds(), b.seconds()))
                .orElseGet(() -> tried.values().stream().min((a, b) -> Long.compare(a.bytes(), b.bytes())).orElseThrow());
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

    /** By bisection, since what is kept falls along the list; where there is room for all that is worth keeping, nothing else is tried. */
    private Optional<Tried> first(List<KeepSet> keeps, boolean inStretches, long budget) {
        int from = 0;
        int to = keeps.size();
        var found = Optional.<Tried>empty();
        while (from < to) {
            int at = from == 0 && found.isEmpty() ? 0 : (from + to) / 2;
            var one = keptBytes(keeps.get(at)) > Math.max(0, budget) ? Optional.<Tried>empty() : Optional.of(tried(keeps.get(at), inStretches)).filter(t -> t.bytes() <= budget);
            if (one.isPresent()) {
                found = one;
                to = at;
            } else {
                from = at + 1;
            }
        }
        return found;
    }

    private Tried tried(KeepSet keep, boolean inStretches) {
        var module = simplified.computeIfAbsent(keep, one -> compiler.simplified(completed.apply(Preparation.backward(forward, patterns, one, options))));
        var ends = inStretches ? StretchChoice.smallest(module) : NamedValues.NONE;
        var recomputation = new Recomputation(keep, ends);
        return tried.computeIfAbsent(recomputation, _ -> {
            var tiled = compiler.placedLate(module, ends);
            var plan = compiler.schedule(tiled);
            return new Tried(recomputation, plan, Placement.place(plan, NOTHING).arena().bytes(), Rates.HOST.seconds(tiled, plan));
        });
    }

    /** What all iterations collect by a keep set: no plan with it takes less. */
    private long keptBytes(KeepSet keep) {
        return forward.entryFunction().body().stream().filter(Op.Repeat.class::isInstance).map(Op.Repeat.class::cast).mapToLong(repeat -> {
            var body = forward.functions().get(repeat.body().callee());
            return repeat.body().count() * keep.of(body).stream().mapToLong(value -> Work.bytes(value.type(), options.storage())).sum();
        }).sum();
    }
}
