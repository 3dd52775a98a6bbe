package pleat.runtime.io;

import com.google.common.base.Supplier;
import com.google.common.base.Suppliers;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import pleat.ir.diagnostic.UserException;

/** The tensors of a source under the names, and with the dims, that a model has for them. */
final class NamedTensors {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{[a-z]+}");
    private static final Pattern NUMBER = Pattern.compile("(?<=\\.|^)\\d{1,9}(?=\\.)");

    private final ImmutableMap<String, Entry> entries;
    private final ImmutableList<String> left;

    private NamedTensors(ImmutableMap<String, Entry> entries, ImmutableList<String> left) {
        this.entries = entries;
        this.left = left;
    }

    /**
     * One tensor.
     *
     * @param name the model's
     * @param file its name in the file
     * @param header with the model's dims
     * @param isSpare a model may do without it
     */
    record Entry(String name, String file, TensorHeader header, Supplier<TensorData> values, boolean isSpare) {
        Entry named(String other) {
            return new Entry(other, file, header, values, isSpare);
        }

        Entry spare() {
            return new Entry(name, file, header, values, true);
        }

        Entry arranged(Arrangement way, int stacked) {
            return new Entry(name, file, way.header(header, stacked), Suppliers.memoize(() -> way.apply(values.get(), stacked)), isSpare);
        }

        /** Block {@code index} of a stack. */
        Entry block(long index, String other) {
            var one = header.dropFirst(1);
            return new Entry(other, file, one, () -> new TensorData(one, values.get().bytes().asSlice(index * one.byteSize(), one.byteSize())), isSpare);
        }
    }

    static NamedTensors of(TensorSource source, NameMap map) {
        List<Entry> entries = source.names().stream().map(name -> new Entry(name, name, source.header(name), () -> source.tensor(name), false))
                .toList();
        var left = new ArrayList<String>();
        for (var rule : map.rules()) {
            var kept = apply(rule, entries, source);
            var files = kept.stream().map(Entry::file).collect(Collectors.toSet());
            entries.stream().map(Entry::file).filter(file -> !files.contains(file)).forEach(left::add);
            entries = kept;
        }
        var byName = new LinkedHashMap<String, Entry>();
        for (var entry : entries) {
            var other = byName.put(entry.name(), entry);
            if (other != null) {
                throw new UserException(source.origin() + " has " + FileBytes.quote(other.file()) + " and " + FileBytes.quote(entry.file())
                        + ", and both are the model's " + FileBytes.quote(entry.name()));
            }
        }
        return new NamedTensors(ImmutableMap.copyOf(byName), ImmutableList.copyOf(left));
    }

    private static List<Entry> apply(NameMap.Rule rule, List<Entry> entries, TensorSource source) {
        return switch (rule) {
            case NameMap.Rewrite(Pattern pattern, String replacement) ->
                entries.stream().map(entry -> entry.named(pattern.matcher(entry.name()).replaceFirst(replacement))).toList();
            case NameMap.Leave(Pattern pattern) -> entries.stream().filter(entry -> !pattern.matcher(entry.name()).find()).toList();
            case NameMap.Spare(Pattern pattern) ->
                entries.stream().map(entry -> pattern.matcher(entry.name()).find() ? entry.spare() : entry).toList();
            case NameMap.Arrange(Pattern pattern, ImmutableList<Arrangement> ways) ->
                entries.stream().map(entry -> pattern.matcher(entry.name()).find() ? arranged(entry, ways, source) : entry).toList();
            case NameMap.Under(ImmutableList<String> prefixes) -> under(prefixes, entries, source);
        };
    }

    private static Entry arranged(Entry entry, List<Arrangement> ways, TensorSource source) {
        int stacked = placeholders(entry.name());
        return ways.stream().filter(way -> way.fits(entry.header(), stacked)).findFirst().map(way -> entry.arranged(way, stacked))
                .orElseThrow(() -> new UserException(source.origin() + " has parameter " + FileBytes.quote(entry.file()) + " " + entry.header()
                        + ", whose dims " + (stacked > 0 ? "behind the first " : "") + "are none of "
                        + ways.stream().map(way -> "`" + way + "`").collect(Collectors.joining(", "))));
    }

    private static List<Entry> under(List<String> prefixes, List<Entry> entries, TensorSource source) {
        for (var prefix : prefixes) {
            var found = entries.stream().map(entry -> under(prefix, entry)).flatMap(Optional::stream).toList();
            if (!found.isEmpty()) {
                return found;
            }
        }
        throw new UserException(source.origin() + " has no parameters under "
                + prefixes.stream().map(FileBytes::quote).collect(Collectors.joining(" or ")));
    }

    /** The entry without the prefix; a prefix that goes through a stack, such as <code>blocks.3.</code>, takes one block of it. */
    private static Optional<Entry> under(String prefix, Entry entry) {
        if (entry.name().startsWith(prefix)) {
            return Optional.of(entry.named(entry.name().substring(prefix.length())));
        }
        for (var number : NUMBER.matcher(prefix).results().toList()) {
            var stack = stack(prefix, number);
            if (entry.name().startsWith(stack) && placeholders(stack) == 1 && placeholders(entry.name()) == 1) {
                return block(entry, number, entry.name().substring(stack.length()));
            }
        }
        return Optional.empty();
    }

    private static String stack(String name, MatchResult number) {
        return name.substring(0, number.start()) + "{i}" + name.substring(number.end());
    }

    private static Optional<Entry> block(Entry stack, MatchResult number, String name) {
        long index = Long.parseLong(number.group());
        return stack.header().rank() > 0 && index < stack.header().shape().get(0) ? Optional.of(stack.block(index, name)) : Optional.empty();
    }

    static int placeholders(String name) {
        return (int) PLACEHOLDER.matcher(name).results().count();
    }

    boolean has(String name) {
        return entries.containsKey(name);
    }

    /** The tensor of that name, or that block of a stack. */
    Optional<Entry> find(String name) {
        if (entries.containsKey(name)) {
            return Optional.of(entries.get(name));
        }
        return NUMBER.matcher(name).results().flatMap(number -> Optional.ofNullable(entries.get(stack(name, number)))
                .flatMap(stack -> block(stack, number, name)).stream()).findFirst();
    }

    ImmutableList<Entry> entries() {
        return entries.values().asList();
    }

    /** Names in the file of what is no parameter. */
    ImmutableList<String> left() {
        return left;
    }
}
