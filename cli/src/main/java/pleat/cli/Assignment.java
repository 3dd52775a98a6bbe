package pleat.cli;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import pleat.ir.diagnostic.UserException;

/** One {@code NAME=VALUE} of an option. An option has a list of them: in a map the last of two values for a name would win silently. */
public record Assignment<T>(String name, T value) {

    /** For options whose values are whole numbers. */
    public static final class OfNumber implements ITypeConverter<Assignment<Long>> {
        @Override
        public Assignment<Long> convert(String text) {
            var parts = parse(text);
            try {
                return new Assignment<>(parts.name, Long.valueOf(parts.value));
            } catch (NumberFormatException e) {
                throw new TypeConversionException("`" + text + "` gives `" + parts.name + "` no whole number");
            }
        }
    }

    public static final class OfText implements ITypeConverter<Assignment<String>> {
        @Override
        public Assignment<String> convert(String text) {
            return parse(text);
        }
    }

    private static Assignment<String> parse(String text) {
        int equals = text.indexOf('=');
        if (equals < 1) {
            throw new TypeConversionException("`" + text + "` is not NAME=VALUE");
        }
        return new Assignment<>(text.substring(0, equals), text.substring(equals + 1));
    }

    /** The values by name, in order; a name that is given twice is refused. */
    public static <T> ImmutableMap<String, T> map(String option, List<Assignment<T>> assignments) {
        var map = new LinkedHashMap<String, T>();
        for (var one : assignments) {
            var before = map.putIfAbsent(one.name, one.value);
            if (before != null) {
                throw new UserException("`" + one.name + "` is given twice by " + option + ": " + before + " and " + one.value);
            }
        }
        return ImmutableMap.copyOf(map);
    }
}
