package pleat.cli.bench;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.google.common.collect.ImmutableList;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import pleat.cli.Table;
import pleat.cli.compile.Bytes;
import pleat.runtime.io.TensorData;

/**
 * One of several models that were timed in turns, beside the first of them.
 *
 * @param timeOfFirst median time over that of the first model
 * @param outputs how far the outputs are from those of the first model that have the same name and shape
 */
record Rival(@JsonUnwrapped BenchCommand.Result result, double timeOfFirst, List<Distance> outputs) {

    /**
     * The distance of an output from the first model's.
     *
     * @param maxError largest difference over the largest element
     * @param rmsError Euclidean norm of the difference over that of the output
     */
    record Distance(String output, double maxError, double rmsError) {
        static Distance between(String output, TensorData exact, TensorData other) {
            double[] x = exact.toDoubles();
            double[] y = other.toDoubles();
            double largest = 0;
            double worst = 0;
            double squares = 0;
            double differences = 0;
            for (int i = 0; i < x.length; i++) {
                largest = Math.max(largest, Math.abs(x[i]));
                worst = Math.max(worst, Math.abs(x[i] - y[i]));
                squares += x[i] * x[i];
                differences += (x[i] - y[i]) * (x[i] - y[i]);
            }
            return new Distance(output, ratio(worst, largest), ratio(Math.sqrt(differences), Math.sqrt(squares)));
        }

        private static double ratio(double part, double whole) {
            return part == 0 ? 0 : part / whole;
        }
    }

    static ImmutableList<Distance> distances(Map<String, TensorData> first, Map<String, TensorData> others) {
        return others.entrySet().stream().filter(other -> first.containsKey(other.getKey())
                && first.get(other.getKey()).shape().equals(other.getValue().shape()))
                .map(other -> Distance.between(other.getKey(), first.get(other.getKey()), other.getValue()))
                .collect(ImmutableList.toImmutableList());
    }

    static void print(List<Rival> rivals, PrintWriter out) {
        var table = new Table("model", "median ms", "of the first", "GFLOP", "GFLOP/s", "arena", "output", "max error", "rms error");
        for (var rival : rivals) {
            var result = rival.result();
            var worst = rival.outputs().stream().max((a, b) -> Double.compare(a.maxError(), b.maxError()));
            table.row(result.model(), "%.3f".formatted(result.medianMs()), "%.3f".formatted(rival.timeOfFirst()),
                    "%.3f".formatted(result.gflop()), "%.1f".formatted(result.gflops()), Bytes.text(result.plannedBytes()),
                    worst.map(Distance::output).orElse("-"), worst.map(distance -> "%.1e".formatted(distance.maxError())).orElse(""),
                    worst.map(distance -> "%.1e".formatted(distance.rmsError())).orElse(""));
        }
        table.print(out, 1);
    }
}
