package pleat.passes.planner;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.ImmutableLongArray;
import java.util.List;

/**
 * A part of the model of which there may be many copies. Every copy chooses for itself; copies meet in their boundary variables.
 *
 * @param regions in order of execution
 * @param in      variables that the copy before decides: its {@code out}, position by position
 * @param out     variables that the copy behind is given; one that is also in {@code in} is passed on as it is, which is how a
 *                choice for the whole model is written
 */
public record Block(String name, List<Variable> variables, List<Region> regions, List<Integer> in, List<Integer> out) {
    public Block {
        variables = List.copyOf(variables);
        regions = List.copyOf(regions);
        in = List.copyOf(in);
        out = List.copyOf(out);
        checkBoundary(name, variables, in);
        checkBoundary(name, variables, out);
        for (var region : regions) {
            for (var factor : region.factors()) {
                checkFactor(name + "/" + region.name(), variables, region, factor);
            }
        }
    }

    /** Number of joint choices of the variables. */
    static int states(List<Variable> variables, List<Integer> scope) {
        return scope.stream().mapToInt(variable -> variables.get(variable).size()).reduce(1, Math::multiplyExact);
    }

    /** Moments of all regions at which memory is watched. */
    int instants() {
        return regions.stream().mapToInt(region -> region.instants().size()).sum();
    }

    /** A joint choice of some variables as a number, the last variable fastest; {@code choices} has one for each variable of the block. */
    int state(List<Integer> scope, int[] choices) {
        int state = 0;
        for (int variable : scope) {
            state = state * variables.get(variable).size() + choices[variable];
        }
        return state;
    }

    int inStates() {
        return states(variables, in);
    }

    int outStates() {
        return states(variables, out);
    }

    private static void checkBoundary(String name, List<Variable> variables, List<Integer> boundary) {
        checkArgument(boundary.stream().allMatch(v -> v >= 0 && v < variables.size()), "%s has no such variable: %s", name, boundary);
        checkArgument(boundary.stream().distinct().count() == boundary.size(), "%s names a boundary variable twice", name);
    }

    private static void checkFactor(String where, List<Variable> variables, Region region, Factor factor) {
        checkArgument(factor.scope().stream().allMatch(v -> v >= 0 && v < variables.size()), "%s has no such variable: %s", where,
                factor.scope());
        int cells = states(variables, factor.scope());
        checkTable(where, cells, factor.timePicos());
        checkTable(where, cells, factor.savedBytes());
        checkArgument(factor.transientBytes().size() == region.instants().size(), "%s has %s instants, and a factor %s", where,
                region.instants().size(), factor.transientBytes().size());
        factor.transientBytes().forEach(table -> checkTable(where, cells, table));
    }

    private static void checkTable(String where, int cells, ImmutableLongArray table) {
        checkArgument(table.isEmpty() || table.length() == cells, "%s has a table of %s entries for %s choices", where, table.length(),
                cells);
    }
}
