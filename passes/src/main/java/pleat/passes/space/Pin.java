package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.Location;
import pleat.ir.tensor.Value;
import pleat.passes.space.Layout.Part;

/**
 * How the values of some name, or those that a line of the model makes, have to lie: a line of a pins file, as in {@code z dim 1} or
 * {@code m models/block.pleat:47 dim 0}.
 *
 * @param name of the value in the source; {@code *} for any
 * @param place {@code file:line} or {@code file:line:column}; empty for what a repetition is given
 * @param dim which dim is cut along the mesh, from the last, which is -1, if it is negative; empty: none
 */
public record Pin(String name, Optional<String> place, OptionalInt dim) {
    private static final Pattern LINE = Pattern.compile("(\\S+)(?:\\s+(\\S+:\\d+(?::\\d+)?))?\\s+(?:dim\\s+(-?\\d{1,3})|(whole))");

    /**
     * @param file for messages
     * @param text a pin in each line; what follows {@code #} is a remark
     */
    public static ImmutableList<Pin> parse(String file, String text) {
        var pins = ImmutableList.<Pin>builder();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            String content = line.replaceFirst("#.*", "").strip();
            if (!content.isEmpty()) {
                var match = LINE.matcher(content);
                if (!match.matches()) {
                    throw new UserException("line " + number + " of " + file + " is no pin: `" + content
                            + "`\n  = help: write `VALUE FILE:LINE dim N`, or `whole` in place of the dim; without a place for what a repetition is given");
                }
                pins.add(new Pin(match.group(1), Optional.ofNullable(match.group(2)),
                        match.group(3) == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(match.group(3)))));
            }
        }
        return pins.build();
    }

    boolean isFor(Value value, Location location) {
        return isNamed(value) && isAt(location);
    }

    boolean isAt(Location location) {
        return place.isPresent() && (location.toString().equals(place.get()) || location.toString().startsWith(place.get() + ":"));
    }

    boolean isForGiven(Value value) {
        return isNamed(value) && place.isEmpty();
    }

    private boolean isNamed(Value value) {
        return name.equals("*") || name.equals(value.name()) || value.name().startsWith(name + ".");
    }

    /** Whether a layout is the one that is wanted: along the first mesh axis that has several ranks. */
    boolean holds(Value value, Layout layout, Ranks ranks) {
        for (int a = 0; a < ranks.axes(); a++) {
            if (ranks.along(a) > 1) {
                return dim.isEmpty() ? layout.along(a) instanceof Part.Equal : layout.along(a) instanceof Part.Cut cut && cut.dim() == dimOf(value);
            }
        }
        return true;
    }

    /** The dim that is to be cut, counted from the first; not one of the value's if it has fewer. */
    int dimOf(Value value) {
        int said = dim.orElseThrow();
        return said < 0 ? said + value.type().rank() : said;
    }

    @Override
    public String toString() {
        return name + place.map(p -> " " + p).orElse("") + (dim.isPresent() ? " dim " + dim.getAsInt() : " whole");
    }
}
