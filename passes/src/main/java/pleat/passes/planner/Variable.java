package pleat.passes.planner;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;

/**
 * One decision inside a block, made once for each copy: the layout of a value, the axis that an op splits, whether a value is kept.
 *
 * @param options what can be chosen, for messages and reports; a choice is a position in this list
 */
public record Variable(String name, List<String> options) {
    public Variable {
        options = List.copyOf(options);
        checkArgument(!options.isEmpty(), "variable %s has no options", name);
    }

    public int size() {
        return options.size();
    }
}
