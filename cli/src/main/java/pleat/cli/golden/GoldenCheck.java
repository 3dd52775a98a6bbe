package pleat.cli.golden;

import com.google.common.collect.ImmutableList;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import pleat.cli.execute.Executor;
import pleat.cli.execute.Via;
import pleat.cli.golden.Arithmetic.Rule;
import pleat.cli.golden.Comparison.Row;
import pleat.cli.model.ModelRegistry;
import pleat.cli.model.Reference;
import pleat.cli.model.Reference.Run;
import pleat.ir.diagnostic.UserException;
import pleat.runtime.io.TensorData;

/** Runs the model that answers to a file of reference results, and compares all that the file has. */
final class GoldenCheck {
    private final ModelRegistry registry;
    private final Via via;
    private final Arithmetic arithmetic;
    private final Consumer<String> notes;

    GoldenCheck(ModelRegistry registry, Via via, Arithmetic arithmetic, Consumer<String> notes) {
        this.registry = registry;
        this.via = via;
        this.arithmetic = arithmetic;
        this.notes = notes;
    }

    record Result(String file, Via via, boolean ok, List<Row> rows) {}

    /** The result for a file that could not be checked. */
    Result failed(Path file) {
        return new Result(file.toString(), via, false, List.of());
    }

    Result run(Path path) {
        try (var golden = Golden.open(path)) {
            if (golden.hasFeatures()) {
                var compared = FeatureCheck.of(golden).rows(notes);
                return new Result(path.toString(), via, compared.stream().allMatch(Row::ok), ImmutableList.copyOf(compared));
            }
            Reference reference = registry.reference(golden.module(), golden.configuration());
            var exact = new Judge(golden, reference, Rule.OF_FILE);
            var rule = arithmetic.rule(arithmetic.rounding().stream().flatMap(rounding -> exact.rows(rounding).stream()).toList());
            var rows = new Judge(golden, reference, rule).rows(arithmetic.executor());
            rows.addAll(arithmetic.kernelRows());
            return new Result(path.toString(), via, rows.stream().allMatch(Row::ok), ImmutableList.copyOf(rows));
        }
    }

    /** Runs a model and says of each tensor how far it is from the file's. */
    private record Judge(Golden golden, Reference reference, Rule rule) {
        List<Row> rows(Executor executor) {
            var rows = new ArrayList<Row>();
            var left = new LinkedHashSet<>(golden.outputs().names());
            var gradients = new GradientSums(golden, reference.tensors());
            try (var arena = Arena.ofShared()) {
                for (Run run : reference.runs()) {
                    var call = GoldenCall.of(golden, reference, run);
                    Map<String, TensorData> results = executor.run(call.module(), call.arguments(arena));
                    rows.addAll(outputRows(call, results, left));
                    gradients.add(results);
                }
            }
            if (!left.isEmpty()) {
                throw new UserException(golden.origin() + " has outputs that `" + reference.module() + "` does not compute: "
                        + String.join(", ", left));
            }
            rows.addAll(gradients.rows(reference.results().slack(), rule));
            return rows;
        }

        /** Compares the outputs that the file has, and takes their names from {@code left}. */
        private List<Row> outputRows(GoldenCall call, Map<String, TensorData> results, LinkedHashSet<String> left) {
            var rows = new ArrayList<Row>();
            double slack = call.reference().results().slack();
            call.outputs().named(results).forEach((output, actual) -> {
                if (left.remove(output)) {
                    String tensor = "out/" + output;
                    double tolerance = rule.tolerance(tensor, slack * golden.outputTolerance(output));
                    rows.add(Comparison.output(tensor, actual, golden.outputs().tensor(output), golden.compared(output), tolerance));
                }
            });
            return rows;
        }
    }
}
