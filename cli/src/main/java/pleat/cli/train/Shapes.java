package pleat.cli.train;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import pleat.runtime.io.WeightFiles;

/** The shapes of a batch, from which the sizes of a model are solved. */
final class Shapes {
    private Shapes() {}

    static ImmutableMap<String, List<Long>> of(Optional<Path> batch) {
        if (batch.isEmpty()) {
            return ImmutableMap.of();
        }
        try (var source = WeightFiles.open(batch.get())) {
            var inputs = source.names().stream().anyMatch(name -> name.startsWith("in/")) ? source.under("in/") : source;
            return Maps.toMap(inputs.names(), name -> inputs.header(name).shape().asList());
        }
    }
}
