package pleat.cli.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import pleat.runtime.io.NpzWriter;
import pleat.runtime.io.TensorData;

/** A model of one matrix product, with files that fit it: {@code y[n, o] = sum(d) x[n, d] * weight[o, d] + bias[o]}, n = 2, d = 3, o = 2. */
record TinyModel(Path folder) {
    private static final String SOURCE = """
            module Tiny(x: [n, c]) -> (y: [n, d]) where d = 2 {
              use linear: Linear(c -> d)
              return linear(x)
            }
            """;

    static TinyModel in(Path folder) throws IOException {
        Files.writeString(folder.resolve("tiny.pleat"), SOURCE);
        return new TinyModel(folder);
    }

    Path source() {
        return folder.resolve("tiny.pleat");
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    static Map<String, TensorData> weights() {
        var weights = new LinkedHashMap<String, TensorData>();
        weights.put("linear.weight", TensorData.ofFloats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
        weights.put("linear.bias", TensorData.ofFloats(new float[] {10, 20}, 2));
        return weights;
    }

    static Map<String, TensorData> inputs() {
        return Map.of("x", TensorData.ofFloats(new float[] {1, 0, -1, 0, 0.5f, 0}, 2, 3));
    }

    /** For {@link #inputs}: worked out by hand. */
    static Map<String, TensorData> outputs() {
        return Map.of("y", TensorData.ofFloats(new float[] {8, 18, 11, 22.5f}, 2, 2));
    }

    Path write(String name, Map<String, TensorData> tensors) {
        NpzWriter.write(file(name), tensors, Map.of());
        return file(name);
    }
}
