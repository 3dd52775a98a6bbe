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
import pleat.runtime.io.WeightFiles;

/** Outputs of another implementation in a file, under the model's names or these behind {@code out/}. */
final class FileReference {
    /** Without a measured error of the other implementation: what float32 rounding may come to over some hundred ops. */
    static final double TOLERANCE = 1e-4;

    private FileReference() {}

    /** One row for each output; the file has to have all of them. */
    static List<Comparison.Row> compare(Path path, Map<String, TensorData> outputs) {
        try (var file = WeightFiles.open(path)) {
            var rows = new ArrayList<Comparison.Row>();
            outputs.forEach((name, actual) -> rows.add(Comparison.output(name, actual, find(file, name), Optional.empty(), TOLERANCE)));
            return rows;
        }
    }

    private static TensorData find(TensorSource file, String name) {
        if (file.has(name)) {
            return file.tensor(name);
        }
        if (file.has("out/" + name)) {
            return file.tensor("out/" + name);
        }
        throw new UserException(file.origin() + " has no output `" + name + "` to compare with");
    }
}
