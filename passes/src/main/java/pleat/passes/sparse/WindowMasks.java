package pleat.passes.sparse;

import static pleat.passes.Pass.gives;
import static pleat.passes.Pass.needs;

import com.google.common.collect.ImmutableList;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import pleat.ir.derive.Derived;
import pleat.ir.derive.Fusion;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.passes.Invariant;
import pleat.passes.Pass;
import pleat.passes.Rebuild;
import pleat.passes.Remark;
import pleat.passes.Uses;

/**
 * Gives each block of rows of a masked attention the keys that its mask keeps, and no others, where the mask is a function of positions
 * with a regular geometry: what is kept of a row is an affine image of 0..k-1 (affine-compressed sparse rows; Gupta et al. 2024).
 *
 * <p>A mask's low number is taken to outweigh everything else in the logits, as whoever wrote the mask meant it to.
 */
public final class WindowMasks {
    public static final Pass PASS = new Pass("window-masks", "Gives rows of attention the keys alone that a regular mask keeps.",
            needs(Invariant.BOUND_SIZES, Invariant.NORMAL_FORM), gives(), WindowMasks::run, WindowMasks::remarks);

    private WindowMasks() {}

    private static TensorModule run(TensorModule module) {
        return Rebuild.eachFunction(module, function -> all(function, new ArrayList<>()));
    }

    private static ImmutableList<Remark> remarks(TensorModule module) {
        var remarks = new ArrayList<Remark>();
        module.functions().values().forEach(function -> all(function, remarks));
        return ImmutableList.copyOf(remarks);
    }

    private static Function all(Function function, List<Remark> remarks) {
        var current = function;
        for (Op op : function.body()) {
            if (op instanceof Op.Compute compute && isMaximum(compute)) {
                current = one(current, compute.result(), remarks);
            }
        }
        return current;
    }

    private static boolean isMaximum(Op.Compute op) {
        return op.equation().reduction() instanceof Reduction.Max && op.equation().reducedAxes().size() == 1;
    }

    private static Function one(Function function, Value maximum, List<Remark> remarks) {
        var found = Uses.of(function).producers().get(maximum);
        var site = found == null || !isMaximum(found) ? Optional.<Site>empty() : site(function, found);
        if (site.isEmpty()) {
            return function;
        }
        return switch (windowed(site.get(), remarks)) {
            case Derived.Yes<Function>(Function next) -> next;
            case Derived.No<Function>(String reason) -> {
                remarks.add(new Remark(site.get().masked().location(),
                        "`%s` is computed for all keys: %s".formatted(site.get().masked().result().name(), reason)));
                yield function;
            }
        };
    }

    /**
     * A mask and where it is put on.
     *
     * @param function with the mask's formula in the equation that puts it on
     */
    private record Site(Function function, Op.Compute masked, PositionMask mask, int key) {}

    private record Step(Op.Compute op, int key) {}

    /** The nearest equation with a mask, on the way back from the maximum along the keys. */
    private static Optional<Site> site(Function function, Op.Compute maximum) {
        var uses = Uses.of(function);
        var open = new ArrayDeque<>(List.of(new Step(maximum, maximum.equation().reducedAxes().getFirst())));
        var seen = new LinkedHashSet<Value>();
        while (!open.isEmpty()) {
            var step = open.removeFirst();
            var op = step.op().equation().isMap() ? withFormulas(step.op(), uses) : step.op();
            var mask = op.equation().isMap() ? PositionMask.of(op.equation().body()) : Optional.<PositionMask>empty();
            if (mask.isPresent() && mask.get().axes().contains(step.key())) {
                var body = function.body().stream().map(other -> other == step.op() ? op : other).toList();
                return Optional.of(new Site(function.withBody(body), op, mask.get(), step.key()));
            }
            for (int r = 0; r < op.operands().size(); r++) {
                var producer = uses.producers().get(op.operands().get(r));
                var key = producer == null ? OptionalInt.empty() : keyOf(producer, op, r, step.key());
                if (key.isPresent() && seen.add(producer.result())) {
                    open.add(new Step(producer, key.getAsInt()));
                }
            }
        }
        return Optional.empty();
    }

    private static OptionalInt keyOf(Op.Compute producer, Op.Compute reader, int read, int key) {
        var access = reader.equation().reads().get(read);
        return IntStream.range(0, access.rank()).filter(d -> access.subscripts().get(d).equals(Index.axis(key)))
                .mapToObj(d -> producer.equation().write().subscripts().get(d).bareAxis()).flatMapToInt(OptionalInt::stream).findFirst();
    }

    /** The op with the formulas of operands that are made of positions alone in their place. */
    private static Op.Compute withFormulas(Op.Compute op, Uses uses) {
        var current = op;
        for (Value operand : new LinkedHashSet<>(op.operands())) {
            var producer = uses.producers().get(operand);
            boolean isFormula = producer != null && producer.equation().isMap() && producer.operands().isEmpty();
            if (isFormula && Fusion.inline(producer, current) instanceof Derived.Yes<Op.Compute>(Op.Compute inlined)) {
                current = inlined;
            }
        }
        return current;
    }

    private static Derived<Function> windowed(Site site, List<Remark> remarks) {
        var axes = site.masked().equation().axes();
        long sharing = Sharing.of(site.function(), site.masked(), site.key(), site.mask().axes());
        return PatternFinder.find(site.mask(), axes, site.key(), sharing).then(found -> {
            var roles = new Roles(found.row(), site.key());
            return Region.of(site.function(), site.masked(), roles).then(region -> windowed(site, region, found.pattern(), remarks));
        });
    }

    private static Derived<Function> windowed(Site site, Region region, Pattern pattern, List<Remark> remarks) {
        var refusal = Outside.refusal(region, site.masked());
        if (refusal.isPresent()) {
            return Derived.no("%s", refusal.get());
        }
        if (!pattern.keepsRows() && region.hasFixedRows()) {
            return Derived.no("its rows are put somewhere else, and cannot be put into blocks");
        }
        long all = site.masked().equation().axes().get(site.key()).extent().known();
        long crossover = WindowCost.crossover(pattern.rowsPerBlock(), all);
        if (pattern.keys() >= crossover) {
            return Derived.no("a block of %s rows would be given %s keys, and all %s are faster from %s on", pattern.rowsPerBlock(), pattern.keys(),
                    all, crossover);
        }
        String rest = pattern.isExact() ? "" : "; the mask stays for the ends of the windows";
        remarks.add(new Remark(site.masked().location(),
                "`%s` is computed for %s of %s keys, %s, in blocks of %s rows; all are faster from %s on%s".formatted(
                        site.masked().result().name(), pattern.keys(), all, pattern.keyText(), pattern.rowsPerBlock(), crossover, rest)));
        return Derived.yes(Rewriting.run(site.function(), region, pattern, site.masked()));
    }
}
