package pleat.cli.run;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pleat.features.stream.FeatureCache;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorSource;
import pleat.runtime.io.WeightBinding.Required;
import pleat.runtime.io.WeightFiles;

/** A file of inputs, under their own names or behind {@code in/} and {@code const/}, with cotangents behind {@code cot/}. */
record InputFile(TensorSource file) implements AutoCloseable {

    /** Without a file there are no inputs. */
    static InputFile open(Optional<Path> path) {
        return new InputFile(path.map(WeightFiles::open).orElseGet(() -> TensorSource.of("nothing", Map.of())));
    }

    boolean isEmpty() {
        return file.names().isEmpty();
    }

    /** What the model takes; a file of features has more than one model needs, and in any other file that is a mistake, to be reported. */
    TensorSource inputs(List<Required> wanted) {
        if (!file.textNames().contains(FeatureCache.MARK)) {
            return inputs();
        }
        var taken = new LinkedHashMap<String, TensorData>();
        wanted.stream().map(Required::name).filter(file::has).forEach(name -> taken.put(name, file.tensor(name)));
        return TensorSource.of(file.origin(), taken);
    }

    private TensorSource inputs() {
        if (file.names().stream().anyMatch(name -> name.startsWith("in/"))) {
            return file.names().stream().anyMatch(name -> name.startsWith("const/")) ? withTables() : file.under("in/");
        }
        return file.names().stream().anyMatch(name -> name.startsWith("cot/")) ? withoutCotangents() : file;
    }

    TensorSource cotangents() {
        return file.under("cot/");
    }

    /** From which the sizes of a model are solved. */
    ImmutableMap<String, List<Long>> shapes() {
        var inputs = inputs();
        return Maps.toMap(inputs.names(), name -> inputs.header(name).shape().asList());
    }

    /** A file of reference results has tables that are not trained apart from the other inputs. */
    private TensorSource withTables() {
        var all = new LinkedHashMap<String, TensorData>();
        for (String prefix : new String[] {"in/", "const/"}) {
            var some = file.under(prefix);
            some.names().forEach(name -> all.put(name, some.tensor(name)));
        }
        return TensorSource.of(file.origin(), all);
    }

    private TensorSource withoutCotangents() {
        var rest = new LinkedHashMap<String, TensorData>();
        file.names().stream().filter(name -> !name.startsWith("cot/")).forEach(name -> rest.put(name, file.tensor(name)));
        return TensorSource.of(file.origin(), rest);
    }

    @Override
    public void close() {
        file.close();
    }
}
