package pleat.cli.calibrate;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import pleat.ir.type.DType;
import pleat.passes.machine.Execution;
import pleat.passes.machine.Machine;
import pleat.passes.machine.Prices;

/**
 * Finds the figures of a machine from timed runs: those for which the logarithms of times and figures together are most likely, where times scatter by
 * {@link #NOISE} and figures around what data sheets let expect. Gauss-Newton from what is expected, a fixed number of steps.
 */
final class MachineFit {
    /** Standard deviation of the logarithm of a time around its estimate: noise of runs, and what the model leaves out. */
    private static final double NOISE = 0.04;
    private static final int STEPS = 40;
    private static final double NUDGE = 1e-4;
    /** No figure changes by more than a factor exp(0.5) at a step. */
    private static final double LONGEST_STEP = 0.5;

    private final Machine base;
    private final List<Constant> constants;

    MachineFit(Machine base, List<Constant> constants) {
        this.base = base;
        this.constants = constants;
    }

    Machine machine(double[] values) {
        var machine = base;
        for (int c = 0; c < constants.size(); c++) {
            machine = constants.get(c).with(machine, values[c]);
        }
        return machine;
    }

    /** Milliseconds of a run with these figures. */
    double estimate(PublishedRun run, double[] values) {
        return 1e3 * run.estimate().tally().seconds(new Prices(machine(values), Execution.EAGER, DType.F16));
    }

    double[] fit(List<PublishedRun> runs) {
        double[] values = constants.stream().mapToDouble(Constant::expected).toArray();
        for (int step = 0; step < STEPS; step++) {
            double[] change = solve(equations(runs, values));
            for (int c = 0; c < values.length; c++) {
                values[c] *= Math.exp(Math.clamp(change[c], -LONGEST_STEP, LONGEST_STEP));
            }
        }
        return values;
    }

    /** For each run, what it is estimated with figures that were fitted to the others. */
    double[] leaveOneOut(List<PublishedRun> runs) {
        return runs.stream().mapToDouble(left -> {
            var others = new ArrayList<>(runs);
            others.remove(left);
            return estimate(left, fit(others));
        }).toArray();
    }

    /** The normal equations, with their right side as the last column. */
    private double[][] equations(List<PublishedRun> runs, double[] values) {
        int n = values.length;
        double[][] rows = new double[n][n + 1];
        for (PublishedRun run : runs) {
            double error = error(run, values);
            double[] slope = IntStream.range(0, n).mapToDouble(c -> {
                double[] nudged = values.clone();
                nudged[c] *= Math.exp(NUDGE);
                return (error(run, nudged) - error) / NUDGE;
            }).toArray();
            for (int a = 0; a < n; a++) {
                for (int b = 0; b < n; b++) {
                    rows[a][b] += slope[a] * slope[b];
                }
                rows[a][n] -= slope[a] * error;
            }
        }
        for (int c = 0; c < n; c++) {
            double weight = 1 / (constants.get(c).spread() * constants.get(c).spread());
            rows[c][c] += weight;
            rows[c][n] -= weight * Math.log(values[c] / constants.get(c).expected());
        }
        return rows;
    }

    private double error(PublishedRun run, double[] values) {
        return Math.log(run.milliseconds() / estimate(run, values)) / NOISE;
    }

    /** Gauss-Jordan elimination; the matrix is positive definite, so no row is exchanged. */
    private static double[] solve(double[][] rows) {
        int n = rows.length;
        for (int a = 0; a < n; a++) {
            for (int b = 0; b < n; b++) {
                double factor = b == a ? 0 : rows[b][a] / rows[a][a];
                for (int c = a; c <= n; c++) {
                    rows[b][c] -= factor * rows[a][c];
                }
            }
        }
        return IntStream.range(0, n).mapToDouble(a -> rows[a][n] / rows[a][a]).toArray();
    }
}
