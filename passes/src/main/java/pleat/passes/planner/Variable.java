package pleat.passes.planner;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;

/**
 * One decision inside a block, made once for each copy: the layout of a value, the axis that an op splits, whether a value is kept.
 *
 * @param options what can be chosen, for messages and reports; a choice is a position in this list
 */
public record Variable(String name, List<String> options) {
    /** The search writes an option in seven bits. */
    public static final int MOST_OPTIONS = 127;

    public Variable {
        options = List.copyOf(options);
        checkArgument(!options.isEmpty() && options.size() <= MOST_OPTIONS, "variable %s has %s options", name, options.size());
    }

    public int size() {
        return options.size();
    }
}
