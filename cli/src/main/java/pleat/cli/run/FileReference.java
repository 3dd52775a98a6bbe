package pleat.cli.run;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pleat.cli.golden.Comparison;
import pleat.ir.diagnostic.UserException;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorSource;
import pleat.runtime.io.WeightBinding.Required;
import pleat.runtime.io.WeightFiles;

/** Outputs of another implementation in a file, under the model's names or these behind {@code out/}. */
final class FileReference {
    /** Without a measured error of the other implementation: what float32 rounding may come to over some hundred ops. */
    static final double TOLERANCE = 1e-4;

    private FileReference() {}

    /** Refuses a file that lacks an output, or has it in another shape: this is found before the run, not after it. */
    static void check(Path path, List<Required> outputs) {
        try (var file = WeightFiles.open(path)) {
            for (Required output : outputs) {
                var header = file.header(name(file, output.name()));
                if (!header.shape().equals(output.header().shape())) {
                    throw new UserException(file.origin() + " has output `" + output.name() + "` as " + header + ", and the model computes "
                            + output.header());
                }
            }
        }
    }

    /** One row for each output. */
    static List<Comparison.Row> compare(Path path, Map<String, TensorData> outputs) {
        try (var file = WeightFiles.open(path)) {
            var rows = new ArrayList<Comparison.Row>();
            outputs.forEach((name, actual) -> rows.add(Comparison.output(name, actual, file.tensor(name(file, name)), Optional.empty(), TOLERANCE)));
            return rows;
        }
    }

    private static String name(TensorSource file, String output) {
        if (file.has(output)) {
            return output;
        }
        if (file.has("out/" + output)) {
            return "out/" + output;
        }
        throw new UserException(file.origin() + " has no output `" + output + "` to compare with");
    }
}
