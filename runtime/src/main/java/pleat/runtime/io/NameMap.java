package pleat.runtime.io;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How names in a file become a model's names: every rule is applied in order to what the one before left. */
public record NameMap(ImmutableList<Rule> rules) {
    /** Names in the file are the model's. */
    public static final NameMap SAME = new NameMap(ImmutableList.of());

    /** One step of the map. */
    public sealed interface Rule {}

    /** The first match of {@code pattern} is replaced; {@code $1} in the replacement is the pattern's first group. */
    public record Rewrite(Pattern pattern, String replacement) implements Rule {}

    /** A tensor whose name has a match of {@code pattern} is no parameter: a buffer, or state of an optimizer. */
    public record Leave(Pattern pattern) implements Rule {}

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

    /** The model's name for {@code name}, or empty if it is left out. */
    Optional<String> apply(String name) {
        var mapped = name;
        for (var rule : rules) {
            switch (rule) {
                case Rewrite(Pattern pattern, String replacement) -> mapped = pattern.matcher(mapped).replaceFirst(replacement);
                case Leave(Pattern pattern) -> {
                    if (pattern.matcher(mapped).find()) {
                        return Optional.empty();
                    }
                }
            }
        }
        return Optional.of(mapped);
    }
}
