package pleat.cli.output;

import java.util.Map;
import java.util.Optional;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorSource;

/** What a model was run on, and what it computed. */
public record RunTensors(TensorSource inputs, Map<String, TensorData> outputs) {

    /** The tensor of a name such as {@code in/aatype} or {@code out/plddt}. */
    Optional<TensorData> find(String name) {
        String own = name.substring(name.indexOf('/') + 1);
        if (name.startsWith("in/")) {
            return inputs.has(own) ? Optional.of(inputs.tensor(own)) : Optional.empty();
        }
        return Optional.ofNullable(outputs.get(own));
    }
}
