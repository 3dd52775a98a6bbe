package pleat.runtime.io;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How names and dims in a file become those of a model: every rule is applied in order to what the one before left. A name with
 * placeholders, such as <code>blocks.{i}.linear.weight</code>, is that of a stack: its first dims count the blocks.
 */
public record NameMap(ImmutableList<Rule> rules) {
    /** Names in the file are the model's. */
    public static final NameMap SAME = new NameMap(ImmutableList.of());

    /** One step of the map. */
    public sealed interface Rule {}

    /** The first match of {@code pattern} is replaced; {@code $1} in the replacement is the pattern's first group. */
    public record Rewrite(Pattern pattern, String replacement) implements Rule {}

    /** A tensor whose name has a match of {@code pattern} is no parameter: a buffer, or state of an optimizer. */
    public record Leave(Pattern pattern) implements Rule {}

    /** A model may do without a tensor whose name has a match of {@code pattern}: a part that not every model has. */
    public record Spare(Pattern pattern) implements Rule {}

    /** A tensor whose name has a match of {@code pattern} gets its dims from the first of the arrangements that it fits. */
    public record Arrange(Pattern pattern, ImmutableList<Arrangement> ways) implements Rule {}

    /** Only what stands under the first of the prefixes that some name has; names lose it. An empty one is under every name. */
    public record Under(ImmutableList<String> prefixes) implements Rule {}

    public static NameMap of(Rule... rules) {
        return new NameMap(ImmutableList.copyOf(rules));
    }

    public static NameMap of(List<Rule> rules) {
        return new NameMap(ImmutableList.copyOf(rules));
    }

    public static Rule rewrite(String pattern, String replacement) {
        return new Rewrite(Pattern.compile(pattern), replacement);
    }

    /** Replaces {@code prefix} at the start of a name. */
    public static Rule prefix(String prefix, String replacement) {
        return new Rewrite(Pattern.compile("^" + Pattern.quote(prefix)), Matcher.quoteReplacement(replacement));
    }

    public static Rule leave(String pattern) {
        return new Leave(Pattern.compile(pattern));
    }

    public static Rule spare(String pattern) {
        return new Spare(Pattern.compile(pattern));
    }

    public static Rule under(List<String> prefixes) {
        return new Under(ImmutableList.copyOf(prefixes));
    }

    /**
     * @param ways such as {@code c h d -> (h d) c}; see {@link Arrangement}
     * @throws IllegalArgumentException if one cannot be read
     */
    public static Rule arrange(String pattern, List<String> ways) {
        return new Arrange(Pattern.compile(pattern), ways.stream().map(Arrangement::parse).collect(ImmutableList.toImmutableList()));
    }

    /** What becomes of one name, whatever the dims of its tensor. */
    public String name(String file) {
        var name = file;
        for (var rule : rules) {
            name = switch (rule) {
                case Rewrite(Pattern pattern, String replacement) -> pattern.matcher(name).replaceFirst(replacement);
                case Under(ImmutableList<String> prefixes) -> {
                    var whole = name;
                    yield prefixes.stream().filter(whole::startsWith).findFirst().map(prefix -> whole.substring(prefix.length())).orElse(whole);
                }
                case Leave _, Spare _, Arrange _ -> name;
            };
        }
        return name;
    }

    /** This map, and then only the tensors of a part of the model, such as {@code trunk} or {@code trunk.blocks.3}, under their names there. */
    public NameMap part(String name) {
        return new NameMap(ImmutableList.<Rule>builder().addAll(rules).add(under(List.of(name + "."))).build());
    }
}
