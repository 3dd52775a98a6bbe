package pleat.cli.calibrate;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import pleat.passes.machine.TilePart;

/**
 * What one unit of each part of a tile program takes, from kernels that were timed. No time is below nothing, and what is off counts less the more it is off: kernels
 * that were disturbed, and those that the parts do not describe, do not move the others.
 */
final class KernelFit {
    /** A kernel that takes a hundred times as long counts six times as much: long kernels are what a step takes, short ones are many. */
    private static final double WEIGHT = 0.6;
    /** Errors below this part are alike. */
    private static final double SMALL = 0.03;
    private static final int REWEIGHTED = 8;
    private static final int ROUNDS = 2000;
    private static final TilePart[] PARTS = TilePart.values();

    private final List<Sample> samples;
    private double[] found = new double[PARTS.length];

    private KernelFit(List<Sample> samples) {
        this.samples = samples;
    }

    /** @param seconds of one launch */
    record Sample(Map<TilePart, Double> counts, double seconds) {}

    static ImmutableMap<TilePart, Double> of(List<Sample> samples) {
        var fit = new KernelFit(samples);
        fit.fit(_ -> 1);
        for (int round = 0; round < REWEIGHTED; round++) {
            var before = fit.found.clone();
            fit.fit(sample -> 1 / Math.sqrt(Math.max(SMALL, Math.abs(estimate(sample, before) / sample.seconds() - 1))));
        }
        return IntStream.range(0, PARTS.length).filter(p -> fit.found[p] > 0).boxed().collect(ImmutableMap.toImmutableMap(p -> PARTS[p], p -> fit.found[p]));
    }

    private static double estimate(Sample sample, double[] seconds) {
        return IntStream.range(0, PARTS.length).mapToDouble(p -> seconds[p] * sample.counts().getOrDefault(PARTS[p], 0.0)).sum();
    }

    private void fit(ToDoubleFunction<Sample> trust) {
        double[] weights = samples.stream().mapToDouble(sample -> trust.applyAsDouble(sample) / Math.pow(sample.seconds(), WEIGHT)).toArray();
        var columns = new double[PARTS.length][];
        for (int p = 0; p < PARTS.length; p++) {
            var part = PARTS[p];
            columns[p] = IntStream.range(0, weights.length).mapToDouble(i -> weights[i] * samples.get(i).counts().getOrDefault(part, 0.0)).toArray();
        }
        found = leastSquares(columns, IntStream.range(0, weights.length).mapToDouble(i -> weights[i] * samples.get(i).seconds()).toArray());
    }

    /** One unknown after the other, each as good as it can be beside the others and not below 0, until nothing moves any more. */
    private static double[] leastSquares(double[][] columns, double[] wanted) {
        var found = new double[columns.length];
        double[] rest = wanted.clone();
        double[] squares = Arrays.stream(columns).mapToDouble(column -> Arrays.stream(column).map(x -> x * x).sum()).toArray();
        for (int round = 0; round < ROUNDS; round++) {
            for (int c = 0; c < columns.length; c++) {
                if (squares[c] > 0) {
                    double[] column = columns[c];
                    double better = Math.max(0, found[c] + IntStream.range(0, rest.length).mapToDouble(i -> column[i] * rest[i]).sum() / squares[c]);
                    for (int i = 0; i < rest.length; i++) {
                        rest[i] -= (better - found[c]) * column[i];
                    }
                    found[c] = better;
                }
            }
        }
        return found;
    }
}
