package pleat.passes.planner;

import java.util.List;

/**
 * A part of a block, as a module of the model is: it has a few instants at which memory is watched, and the factors that say what is
 * live then. The search is fast where the factors of a region share few variables with other regions.
 *
 * @param instants names of the moments, for messages
 * @param factors  each has a table, possibly empty, for every instant
 */
public record Region(String name, List<String> instants, List<Factor> factors) {
    public Region {
        instants = List.copyOf(instants);
        factors = List.copyOf(factors);
    }
}
