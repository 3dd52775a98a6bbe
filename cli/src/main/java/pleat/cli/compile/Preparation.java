package pleat.cli.compile;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import pleat.ir.derive.Cost;
import pleat.ir.tensor.TensorModule;
import pleat.passes.Pass;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.grad.Differentiate;
import pleat.passes.grad.KeepSet;
import pleat.passes.hoist.Hoist;
import pleat.passes.hoist.KeepLimit;
import pleat.passes.hoist.LoopReport;
import pleat.passes.sparse.WindowMasks;

/**
 * A module of plain equations, with those of the gradients that are asked for, and what was taken out of its loops on the way.
 *
 * @param loops empty if hoisting is switched off
 */
public record Preparation(TensorModule module, ImmutableList<LoopReport> loops, Hoisting hoisting) {

    /**
     * What hoisting did to one run.
     *
     * @param values how many are kept for loops
     * @param bytes of those
     * @param flops operations of all equations, not only of matrix products
     * @param flopsWithout the same without hoisting
     */
    public record Hoisting(int values, long bytes, long flops, long flopsWithout) {
        static Hoisting of(TensorModule without, TensorModule module, List<LoopReport> loops) {
            long flops = Cost.of(module).flops();
            return new Hoisting(loops.stream().mapToInt(loop -> loop.kept().size()).sum(), loops.stream().mapToLong(LoopReport::bytes).sum(), flops,
                    without == module ? flops : Cost.of(without).flops());
        }

        @Override
        public String toString() {
            return "%d values out of loops, %s; %.2f GFLOP instead of %.2f in all equations, %.1f %% saved".formatted(values, Bytes.text(bytes),
                    flops / 1e9, flopsWithout / 1e9, 100.0 * (flopsWithout - flops) / Math.max(1, flopsWithout));
        }
    }

    /**
     * @param source with known sizes
     */
    public static Preparation of(TensorModule source, Gradients gradients, NativeOptions options) {
        var limit = options.hoist();
        var prepared = PassManager.quiet().run(source, passes(options.windows()));
        var without = gradients.isEmpty() ? prepared : differentiated(prepared, gradients.patterns(), gradients.chosen().keep().within(prepared));
        if (limit.isEmpty()) {
            return new Preparation(without, ImmutableList.of(), Hoisting.of(without, without, List.of()));
        }
        var loops = ImmutableList.<LoopReport>builder();
        var hoisted = hoisted(prepared, limit.get(), loops);
        // What gradients compute again of a loop is in it again.
        var module = gradients.isEmpty() ? hoisted
                : hoisted(hoisted == prepared ? without : differentiated(hoisted, gradients.patterns(), gradients.chosen().keep()), limit.get(), loops);
        return new Preparation(module, loops.build(), Hoisting.of(without, module, loops.build()));
    }

    /** What gradients are taken of: plain equations, with loops relieved of what stays the same in them. */
    public static TensorModule forward(TensorModule source, NativeOptions options) {
        var prepared = PassManager.quiet().run(source, passes(options.windows()));
        return options.hoist().map(limit -> PassManager.quiet().run(prepared, Pipelines.hoist(limit))).orElse(prepared);
    }

    private static List<Pass> passes(boolean windows) {
        return Pipelines.prepare(Map.of()).stream().filter(pass -> windows || pass != WindowMasks.PASS).toList();
    }

    /** What the passes remark, a line each. */
    static String remarks(TensorModule source, NativeOptions options) {
        var lines = new StringBuilder();
        var passes = PassManager.remarking(line -> lines.append(line).append(System.lineSeparator()));
        var prepared = passes.run(source, passes(options.windows()));
        options.hoist().ifPresent(limit -> passes.run(prepared, Pipelines.hoist(limit)));
        return lines.toString();
    }

    /** What {@link #of} makes of {@link #forward}, and no reports. */
    static TensorModule backward(TensorModule forward, List<String> patterns, KeepSet keep, NativeOptions options) {
        var module = differentiated(forward, patterns, keep);
        return options.hoist().map(limit -> PassManager.quiet().run(module, Pipelines.hoist(limit))).orElse(module);
    }

    /** The module with gradients, and nothing taken out of its loops. */
    public static TensorModule differentiated(TensorModule module, List<String> patterns, KeepSet keep) {
        var passes = PassManager.quiet();
        return passes.run(passes.run(module, List.of(Differentiate.of(patterns, keep))), Pipelines.cleanUp());
    }

    private static TensorModule hoisted(TensorModule module, KeepLimit limit, ImmutableList.Builder<LoopReport> loops) {
        loops.addAll(Hoist.explained(module, limit).loops());
        return PassManager.quiet().run(module, Pipelines.hoist(limit));
    }

    /** Every decision, for people. */
    String decisions() {
        var text = new StringBuilder();
        for (LoopReport loop : loops) {
            text.append("loop @%s, %d turns%s: %d values kept, %s%n".formatted(loop.body(), loop.count(),
                    loop.location().isKnown() ? ", " + loop.location() : "", loop.kept().size(), Bytes.text(loop.bytes())));
            loop.kept().forEach(value -> text.append(line("before", value)));
            loop.inside().forEach(value -> text.append(line("inside", value)));
        }
        return text.append(hoisting).append(System.lineSeparator()).toString();
    }

    private static String line(String where, LoopReport.FixedValue value) {
        String times = value.times() == 1 ? "" : " x " + value.times();
        return "  %s  %-32s %-24s %9s  @%s%s%n".formatted(where, "%" + value.name(), value.type() + times, Bytes.text(value.bytes()),
                value.function(), value.location().isKnown() ? "  " + value.location() : "");
    }
}
