package pleat.runtime.io;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableLongArray;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import pleat.ir.diagnostic.UserException;
import pleat.ir.type.DType;
import pleat.runtime.io.NamedTensors.Entry;

/**
 * Finds the tensors that a model asks for in a source. All that is missing, left over or of another shape is reported at once,
 * and nothing is read before all of it is right.
 */
public final class WeightBinding {
    private static final int MOST_SHOWN = 20;
    private static final int MOST_NOTED = 3;
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{[a-z]+}");

    private final String noun;
    private final TensorSource source;
    private final NamedTensors tensors;
    private final Set<String> unused = new LinkedHashSet<>();
    private final List<String> problems = new ArrayList<>();

    private WeightBinding(String noun, TensorSource source, NameMap map) {
        this.noun = noun;
        this.source = source;
        this.tensors = NamedTensors.of(source, map);
        tensors.entries().forEach(entry -> unused.add(entry.file()));
    }

    /**
     * A tensor that a model needs. A name with {@code k} placeholders, such as {@code blocks.{i}.linear.weight}, stands for the
     * tensors of repeated blocks, stacked along the first {@code k} dims of the shape; a source may also have the stack itself,
     * under the name with its placeholders.
     */
    public record Required(String name, TensorHeader header) {
        public Required {
            if (NamedTensors.placeholders(name) > header.rank()) {
                throw new IllegalArgumentException(name + " has more placeholders than " + header + " has dims");
            }
        }
    }

    /**
     * A required tensor and where its values come from.
     *
     * @param parts one tensor, or those of a stack in order; alive as long as the source is open
     */
    public record Bound(Required required, ImmutableList<TensorData> parts) {
        /** Writes the values in the required type; {@code memory} is exactly as long as they are. */
        public void copyTo(MemorySegment memory) {
            long at = 0;
            for (var part : parts) {
                var size = part.elements() * required.header().dtype().bytes();
                part.copyTo(memory.asSlice(at, size), required.header().dtype());
                at += size;
            }
        }

        /** The values as one tensor: the source's own if it is whole and of the required type, else one in {@code arena}. */
        public TensorData tensor(Arena arena) {
            if (parts.size() == 1 && parts.getFirst().header().equals(required.header())) {
                return parts.getFirst();
            }
            var memory = arena.allocate(required.header().byteSize());
            copyTo(memory);
            return new TensorData(required.header(), memory);
        }
    }

    /** Binds a model's parameters, in the order of {@code required}; {@code source} has to have these and no others. */
    public static ImmutableList<Bound> parameters(List<Required> required, TensorSource source, NameMap names) {
        return new WeightBinding("parameter", source, names).bind(required);
    }

    /** Binds a model's inputs by the same rules, with messages that say so. */
    public static ImmutableList<Bound> inputs(List<Required> required, TensorSource source, NameMap names) {
        return new WeightBinding("input", source, names).bind(required);
    }

    /** Binds the cotangents of a model's outputs, under the outputs' names. */
    public static ImmutableList<Bound> cotangents(List<Required> required, TensorSource source, NameMap names) {
        return new WeightBinding("cotangent", source, names).bind(required);
    }

    /** The same, and {@code note} is told of what the source has and the model does not use: that is refused unless the map says that it may be. */
    public static ImmutableList<Bound> parameters(List<Required> required, TensorSource source, NameMap names, Consumer<String> note) {
        var binding = new WeightBinding("parameter", source, names);
        var bound = binding.bind(required);
        binding.unusedNotes().forEach(note);
        return bound;
    }

    private ImmutableList<Bound> bind(List<Required> required) {
        var found = new LinkedHashMap<Required, List<Entry>>();
        for (var one : required) {
            found.put(one, find(one));
        }
        tensors.entries().stream().filter(entry -> unused.contains(entry.file()) && !entry.isSpare())
                .forEach(entry -> problems.add("extra " + noun + " " + shown(entry) + " " + entry.header()));
        if (!problems.isEmpty()) {
            throw new UserException(report());
        }
        return found.entrySet().stream().map(entry -> read(entry.getKey(), entry.getValue())).collect(toImmutableList());
    }

    private List<String> unusedNotes() {
        var notes = new ArrayList<String>();
        var spare = tensors.entries().stream().filter(entry -> unused.contains(entry.file())).map(Entry::file).toList();
        if (!spare.isEmpty()) {
            notes.add("note: %s has %d parameters that the model does not use: %s".formatted(source.origin(), spare.size(), some(spare)));
        }
        if (!tensors.left().isEmpty()) {
            notes.add("note: %s has %d tensors that are not read: %s".formatted(source.origin(), tensors.left().size(), some(tensors.left())));
        }
        return notes;
    }

    private static String some(List<String> names) {
        var shown = names.stream().limit(MOST_NOTED).map(FileBytes::quote).collect(Collectors.joining(", "));
        return names.size() > MOST_NOTED ? shown + " and " + (names.size() - MOST_NOTED) + " more" : shown;
    }

    private static Bound read(Required required, List<Entry> parts) {
        return new Bound(required, parts.stream().map(entry -> entry.values().get()).collect(toImmutableList()));
    }

    private List<Entry> find(Required required) {
        var depth = NamedTensors.placeholders(required.name());
        if (depth == 0 || tensors.has(required.name())) {
            return findOne(required.name(), required.header());
        }
        var parts = new ArrayList<Entry>();
        var extents = required.header().shape().subArray(0, depth);
        for (var name : expand(required.name(), extents)) {
            parts.addAll(findOne(name, required.header().dropFirst(depth)));
        }
        return parts;
    }

    private List<Entry> findOne(String name, TensorHeader wanted) {
        var found = tensors.find(name);
        if (found.isEmpty()) {
            problems.add("missing " + noun + " " + FileBytes.quote(name) + " " + wanted);
            return List.of();
        }
        var entry = found.get();
        unused.remove(entry.file());
        var header = entry.header();
        if (!header.shape().equals(wanted.shape())) {
            problems.add(noun + " " + shown(entry) + " has shape " + header + ", the model's is " + wanted);
        } else if (!Elements.widens(header.dtype(), wanted.dtype())) {
            problems.add(noun + " " + shown(entry) + " has dtype " + header.dtype().text() + ", the model's is "
                    + wanted.dtype().text() + lossy(header.dtype(), wanted.dtype()));
        }
        return List.of(entry);
    }

    /** The name in the file; where the model's is another one, both. */
    private static String shown(Entry entry) {
        return FileBytes.quote(entry.file()) + (entry.file().endsWith(entry.name()) ? "" : " (the model's " + FileBytes.quote(entry.name()) + ")");
    }

    private static String lossy(DType from, DType to) {
        return from.isFloating() && to.isFloating() ? " (its values would be rounded)" : "";
    }

    /** The names of a stack's parts, the last placeholder running fastest. */
    private static List<String> expand(String name, ImmutableLongArray extents) {
        if (extents.isEmpty()) {
            return List.of(name);
        }
        var expanded = new ArrayList<String>();
        for (long i = 0; i < extents.get(0); i++) {
            var index = String.valueOf(i);
            expanded.addAll(expand(PLACEHOLDER.matcher(name).replaceFirst(index), extents.subArray(1, extents.length())));
        }
        return expanded;
    }

    private String report() {
        var shown = problems.stream().limit(MOST_SHOWN).toList();
        var rest = problems.size() - shown.size();
        return source.origin() + " does not fit the model:\n  " + String.join("\n  ", shown)
                + (rest > 0 ? "\n  and " + rest + " more" : "");
    }
}
