package pleat.cli.frontier;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import pleat.cli.compile.CompiledModel;
import pleat.cli.frontier.FrontierPoint.Compared;
import pleat.cli.frontier.FrontierPoint.Row;
import pleat.cli.report.Report.Share;
import pleat.cli.run.Measurement;
import pleat.cli.run.Measurement.Runs;
import pleat.cli.run.SyntheticTensors;
import pleat.ir.plan.Plan;
import pleat.passes.estimate.ArenaTimeline;
import pleat.passes.estimate.PlanStep;
import pleat.passes.schedule.Placement;
import pleat.passes.machine.Prices;
import pleat.runtime.io.TensorData;

/** Runs plans of one step on the same made-up numbers and compares what comes out. */
final class FrontierRun {
    /** How much of what is in the arena at the peak is listed. */
    private static final int SHARES = 12;

    private final int threads;
    private final int repeat;
    private final long within;
    private final Prices prices;
    /** Of the first plan that was run; empty before. */
    private Map<String, TensorData> expected = ImmutableMap.of();

    /** @param within plans that take more are not run */
    FrontierRun(int threads, int repeat, long within, Prices prices) {
        this.threads = threads;
        this.repeat = repeat;
        this.within = within;
        this.prices = prices;
    }

    FrontierPoint of(String label, long budgetBytes, CompiledModel model) {
        var estimate = PlanStep.of(model.plan(), prices, 0);
        long planned = model.plan().arena().bytes();
        double gflop = model.facts().flops() / 1e9;
        boolean feasible = budgetBytes == 0 || planned <= budgetBytes;
        var timeline = ArenaTimeline.of(model.plan(), estimate);
        var held = held(model.plan());
        if (planned > within) {
            return new FrontierPoint(new Row(label, feasible, budgetBytes, planned, null, gflop, 1e3 * estimate.seconds(), null, null), timeline, held);
        }
        var run = Measurement.of(model, threads, new Runs(1, repeat), runner -> {
            for (var wanted : runner.wanted()) {
                var tensor = SyntheticTensors.of(wanted, SyntheticTensors.SEED);
                runner.fill(wanted, (buffer, memory) -> tensor.copyTo(memory, buffer.type().dtype()));
            }
        });
        if (expected.isEmpty()) {
            expected = run.outputs();
        }
        return new FrontierPoint(new Row(label, feasible, budgetBytes, planned, run.allocatedBytes(), gflop, 1e3 * estimate.seconds(), run.medianMs(), compared(run.outputs())),
                timeline, held);
    }

    private Compared compared(Map<String, TensorData> found) {
        int identical = 0;
        double worst = 0;
        double distance = 0;
        String where = "";
        for (var tensor : expected.entrySet()) {
            double[] wanted = tensor.getValue().toDoubles();
            double[] given = found.get(tensor.getKey()).toDoubles();
            double difference = difference(wanted, given);
            distance = Math.max(distance, distance(wanted, given));
            identical += difference == 0 ? 1 : 0;
            where = difference > worst ? tensor.getKey() : where;
            worst = Math.max(worst, difference);
        }
        return new Compared(expected.size(), identical, worst, where, distance);
    }

    /** What is in the arena when most is. */
    private static ImmutableList<Share> held(Plan plan) {
        return Placement.peak(plan).bytes().entrySet().stream().sorted(Map.Entry.<Integer, Long>comparingByValue().reversed()).limit(SHARES).map(entry -> {
            var buffer = plan.buffers().get(entry.getKey());
            return new Share(entry.getValue(), buffer.name() + " " + buffer.type(), buffer.place().kind().name().toLowerCase(Locale.ROOT));
        }).collect(ImmutableList.toImmutableList());
    }

    /** The largest, relative to the largest element or 1: some gradients are 0 but for rounding. 0 only if all elements are equal. */
    private static double difference(double[] expected, double[] found) {
        if (Arrays.equals(expected, found)) {
            return 0;
        }
        double scale = DoubleStream.of(expected).map(Math::abs).max().orElse(0);
        double worst = IntStream.range(0, expected.length).mapToDouble(e -> Math.abs(expected[e] - found[e])).max().orElse(0);
        return worst / Math.max(scale, 1);
    }

    private static double distance(double[] expected, double[] found) {
        double square = IntStream.range(0, expected.length).mapToDouble(e -> (expected[e] - found[e]) * (expected[e] - found[e])).sum();
        return Math.sqrt(square) / Math.max(1, Math.sqrt(DoubleStream.of(expected).map(value -> value * value).sum()));
    }
}
