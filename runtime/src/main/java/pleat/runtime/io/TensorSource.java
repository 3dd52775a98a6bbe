package pleat.runtime.io;

import com.google.common.base.Supplier;
import com.google.common.base.Suppliers;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import pleat.ir.diagnostic.UserException;

/**
 * Named tensors in a fixed order, of whatever file format. Names, types and shapes were read and checked against the file's
 * length when it was opened; values are mapped, inflated or reordered when they are asked for, once. Safe for concurrent use.
 */
public final class TensorSource implements AutoCloseable {
    /** The rank that numpy allows; it also bounds the recursion over dims. */
    private static final int LARGEST_RANK = 64;

    private final String origin;
    private final ImmutableMap<String, Numbers> tensors;
    private final ImmutableMap<String, Text> texts;
    private final Runnable release;

    private TensorSource(String origin, Map<String, Numbers> tensors, Map<String, Text> texts, Runnable release) {
        this.origin = origin;
        this.tensors = ImmutableMap.copyOf(tensors);
        this.texts = ImmutableMap.copyOf(texts);
        this.release = release;
    }

    /** What stands under one name of a file. */
    sealed interface Entry {}

    record Numbers(TensorHeader header, Supplier<MemorySegment> values) implements Entry {
        Numbers {
            values = Suppliers.memoize(values);
        }
    }

    record Text(Supplier<ImmutableList<String>> words) implements Entry {
        Text {
            words = Suppliers.memoize(words);
        }
    }

    /** Tensors that are in memory already; {@code origin} names them in messages. */
    public static TensorSource of(String origin, Map<String, TensorData> tensors) {
        var entries = Maps.transformValues(tensors, tensor -> new Numbers(tensor.header(), tensor::bytes));
        return new TensorSource(origin, entries, Map.of(), () -> {});
    }

    /** How messages name the source, such as "file `model.npz`". */
    public String origin() {
        return origin;
    }

    /** Names of the tensors, in the order of the file. */
    public ImmutableList<String> names() {
        return tensors.keySet().asList();
    }

    /** Names under which the source has text instead: numpy strings, metadata of safetensors. */
    public ImmutableList<String> textNames() {
        return texts.keySet().asList();
    }

    public boolean has(String name) {
        return tensors.containsKey(name);
    }

    public TensorHeader header(String name) {
        return find(name).header();
    }

    /** The tensor {@code name}; it lives until the source is closed. */
    public TensorData tensor(String name) {
        var found = find(name);
        return new TensorData(found.header(), found.values().get());
    }

    /** The one text under {@code name}. */
    public String text(String name) {
        var words = texts(name);
        if (words.size() != 1) {
            throw refuse("has " + words.size() + " texts under " + FileBytes.quote(name) + ", one is needed");
        }
        return words.getFirst();
    }

    /** The texts of an array of them, in C order. */
    public ImmutableList<String> texts(String name) {
        var found = texts.get(name);
        if (found == null) {
            throw refuse("has no text " + FileBytes.quote(name));
        }
        return found.words().get();
    }

    /** A view of what stands under {@code prefix}, which its names no longer have. Only this source needs to be closed. */
    public TensorSource under(String prefix) {
        return new TensorSource(origin, under(prefix, tensors), under(prefix, texts), () -> {});
    }

    @Override
    public void close() {
        release.run();
    }

    private static <T> Map<String, T> under(String prefix, ImmutableMap<String, T> entries) {
        var found = new LinkedHashMap<String, T>();
        entries.forEach((name, entry) -> {
            if (name.startsWith(prefix)) {
                found.put(name.substring(prefix.length()), entry);
            }
        });
        return found;
    }

    private Numbers find(String name) {
        var found = tensors.get(name);
        if (found == null) {
            throw refuse("has no tensor " + FileBytes.quote(name) + "; it has " + tensors.size()
                    + (tensors.isEmpty() ? "" : ", the first is " + FileBytes.quote(names().getFirst())));
        }
        return found;
    }

    private UserException refuse(String what) {
        return new UserException(origin + " " + what);
    }

    static Builder builder(FileBytes file) {
        return new Builder(file);
    }

    /** Collects the entries of one file. */
    static final class Builder {
        private final FileBytes file;
        private final Map<String, Numbers> tensors = new LinkedHashMap<>();
        private final Map<String, Text> texts = new LinkedHashMap<>();

        private Builder(FileBytes file) {
            this.file = file;
        }

        Builder put(String name, Entry entry) {
            var repeated = switch (entry) {
                case Numbers numbers -> {
                    if (numbers.header().rank() > LARGEST_RANK) {
                        throw file.refuse("has %d dims in tensor %s; up to %d are read", numbers.header().rank(),
                                FileBytes.quote(name), LARGEST_RANK);
                    }
                    yield tensors.put(name, numbers) != null;
                }
                case Text text -> texts.put(name, text) != null;
            };
            if (repeated) {
                throw file.refuse("has two entries named %s", FileBytes.quote(name));
            }
            return this;
        }

        TensorSource build() {
            Arena arena = file.arena();
            return new TensorSource(file.origin(), tensors, texts, arena::close);
        }
    }
}
