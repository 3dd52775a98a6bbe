package pleat.cli.run;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import pleat.cli.golden.Comparison;
import pleat.ir.diagnostic.UserException;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorSource;
import pleat.runtime.io.WeightBinding.Required;
import pleat.runtime.io.WeightFiles;

/**
 * Outputs of another implementation in a file, under the model's names or these behind {@code out/}; {@code cmp/} says where they are
 * compared, if the file has it. An output that the file lacks is not compared, as long as it has one.
 */
final class FileReference {
    /** Without a measured error of the other implementation: what float32 rounding may come to over some hundred ops. */
    static final double TOLERANCE = 1e-4;

    private FileReference() {}

    /** Refuses a file that has no output, or one in another shape: this is found before the run, not after it. */
    static void check(Path path, List<Required> outputs, Consumer<String> note) {
        try (var file = WeightFiles.open(path)) {
            var lacking = new ArrayList<String>();
            for (Required output : outputs) {
                name(file, output.name()).map(file::header).ifPresentOrElse(header -> {
                    if (!header.shape().equals(output.header().shape())) {
                        throw new UserException(file.origin() + " has output `" + output.name() + "` as " + header + ", and the model computes "
                                + output.header());
                    }
                }, () -> lacking.add(output.name()));
            }
            if (lacking.size() == outputs.size()) {
                throw new UserException(file.origin() + " has no output to compare with: the model computes `" + String.join("`, `", lacking) + "`");
            }
            if (!lacking.isEmpty()) {
                note.accept("note: " + file.origin() + " lacks `" + String.join("`, `", lacking) + "`, not compared");
            }
        }
    }

    /** One row for each output that the file has. */
    static List<Comparison.Row> compare(Path path, Map<String, TensorData> outputs) {
        try (var file = WeightFiles.open(path)) {
            var rows = new ArrayList<Comparison.Row>();
            outputs.forEach((name, actual) -> name(file, name).ifPresent(there -> rows.add(Comparison.output(name, actual, file.tensor(there),
                    Optional.of("cmp/" + name).filter(file::has).map(file::tensor), TOLERANCE))));
            return rows;
        }
    }

    private static Optional<String> name(TensorSource file, String output) {
        return Stream.of(output, "out/" + output).filter(file::has).findFirst();
    }
}
