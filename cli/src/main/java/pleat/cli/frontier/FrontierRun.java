package pleat.cli.frontier;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import pleat.cli.compile.CompiledModel;
import pleat.cli.run.Measurement;
import pleat.cli.run.Measurement.Runs;
import pleat.cli.run.SyntheticTensors;
import pleat.passes.estimate.PlanStep;
import pleat.passes.estimate.Timeline;
import pleat.passes.machine.Prices;
import pleat.runtime.io.TensorData;

/** Runs plans of one step on the same made-up numbers and compares what comes out. */
final class FrontierRun {
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
        if (planned > within) {
            return new FrontierPoint(new FrontierPoint.Row(label, feasible, budgetBytes, planned, null, gflop, 1e3 * estimate.seconds(), null, null, null, null),
                    Timeline.of(estimate));
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
        int identical = 0;
        double worst = 0;
        for (var tensor : expected.entrySet()) {
            double difference = difference(tensor.getValue().toDoubles(), run.outputs().get(tensor.getKey()).toDoubles());
            identical += difference == 0 ? 1 : 0;
            worst = Math.max(worst, difference);
        }
        return new FrontierPoint(new FrontierPoint.Row(label, feasible, budgetBytes, planned, run.allocatedBytes(), gflop, 1e3 * estimate.seconds(), run.medianMs(),
                expected.size(), identical, worst), Timeline.of(estimate));
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
}
