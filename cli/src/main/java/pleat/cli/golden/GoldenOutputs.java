package pleat.cli.golden;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import pleat.cli.model.Reference;
import pleat.cli.model.Reference.Run;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorHeader;
import pleat.runtime.io.TensorSource;

/** What a model's outputs are called in a file of reference results. */
final class GoldenOutputs {
    /** Stands in the name of an output that the file has in pieces for the number of the piece, an element of the first dim. */
    private static final String PIECE = "{i}";

    private final Reference reference;
    private final Run run;

    GoldenOutputs(Reference reference, Run run) {
        this.reference = reference;
        this.run = run;
    }

    /** The file's name, with {@code {i}} in it where the file has pieces; empty for what is not compared in this run. */
    private Optional<String> name(String output) {
        return run.outputs().isEmpty() ? Optional.of(reference.results().names().getOrDefault(output, output))
                : Optional.ofNullable(run.outputs().get(output));
    }

    /** The results of a run under the names of the file. */
    Map<String, TensorData> named(Map<String, TensorData> results) {
        var named = new LinkedHashMap<String, TensorData>();
        results.forEach((output, tensor) -> name(output).ifPresent(name -> {
            if (name.contains(PIECE)) {
                pieces(name, tensor, named);
            } else {
                named.put(name, tensor);
            }
        }));
        return named;
    }

    private static void pieces(String name, TensorData tensor, Map<String, TensorData> named) {
        double[] values = tensor.toDoubles();
        long[] dims = tensor.shape().toArray();
        long[] rest = Arrays.copyOfRange(dims, 1, dims.length);
        int size = values.length / Math.toIntExact(dims[0]);
        for (int i = 0; i < dims[0]; i++) {
            named.put(name.replace(PIECE, Integer.toString(i)), TensorData.ofDoubles(Arrays.copyOfRange(values, i * size, (i + 1) * size), rest));
        }
    }

    /** The cotangent of an output: what the file has of it, and zeros. */
    TensorData cotangent(String output, TensorHeader header, TensorSource cotangents) {
        var name = name(output);
        if (name.isEmpty() || !name.get().contains(PIECE)) {
            return name.filter(cotangents::has).map(cotangents::tensor).orElseGet(() -> GoldenInputs.filled(header, 0));
        }
        var values = new double[Math.toIntExact(header.elements())];
        int count = Math.toIntExact(header.shape().get(0));
        for (int i = 0; i < count; i++) {
            var piece = name.get().replace(PIECE, Integer.toString(i));
            if (cotangents.has(piece)) {
                System.arraycopy(cotangents.tensor(piece).toDoubles(), 0, values, i * (values.length / count), values.length / count);
            }
        }
        return TensorData.ofDoubles(values, header.shape().toArray());
    }
}
