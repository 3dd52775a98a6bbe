package pleat.ir.mesh;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Optional;

/**
 * How the values and the work of a module are spread over a mesh: all that its lowering to programs of single devices needs to be told.
 * What it does not mention is left open, to be completed.
 *
 * @param functions by the function's name: the entry and the bodies of repetitions
 */
public record ShardPlan(Mesh mesh, ImmutableMap<String, OfFunction> functions) {

    /**
     * One function. Values are called as the printed module calls them.
     *
     * @param values which part of each parameter and of each op's result a device keeps
     * @param cuts for the result of an op (the first, if it has several) how its work is cut; an op that is cut along no axis is done by all
     * @param returns which part of each returned value is handed out, in order; carried values of a repetition leave as they came in. Empty
     *        where it is left open
     */
    public record OfFunction(ImmutableMap<String, Sharding> values, ImmutableMap<String, ImmutableList<Cut>> cuts, ImmutableList<Sharding> returns) {
        public static final OfFunction OPEN = new OfFunction(ImmutableMap.of(), ImmutableMap.of(), ImmutableList.of());

        public Optional<Sharding> value(String name) {
            return Optional.ofNullable(values.get(name));
        }

        public Optional<ImmutableList<Cut>> cuts(String result) {
            return Optional.ofNullable(cuts.get(result));
        }
    }

    /**
     * The work of an op is cut along one axis of its equation; for an op without one, see {@link pleat.ir.derive.ShardingRules}.
     *
     * @param along the mesh axis over which the blocks are handed out
     * @param axis position in the axes of the equation
     * @param unit how many neighbouring points stay together
     */
    public record Cut(String along, int axis, long unit) {
        public Cut {
            checkArgument(axis >= 0 && unit >= 1, "a cut of axis %s in units of %s", axis, unit);
        }

        /** {@code model axis 0 by 1}. */
        @Override
        public String toString() {
            return along + " axis " + axis + " by " + unit;
        }
    }

    /** A plan that says nothing yet. */
    public static ShardPlan open(Mesh mesh) {
        return new ShardPlan(mesh, ImmutableMap.of());
    }

    public OfFunction of(String function) {
        return functions.getOrDefault(function, OfFunction.OPEN);
    }

    /** With other choices for one function. */
    public ShardPlan with(String function, OfFunction choices) {
        var next = new LinkedHashMap<>(functions);
        next.put(function, choices);
        return new ShardPlan(mesh, ImmutableMap.copyOf(next));
    }

    /** With one value of a function laid out so. */
    public ShardPlan withValue(String function, String value, Sharding sharding) {
        var old = of(function);
        var values = new LinkedHashMap<>(old.values());
        values.put(value, sharding);
        return with(function, new OfFunction(ImmutableMap.copyOf(values), old.cuts(), old.returns()));
    }

    /** With the work of one op cut so. */
    public ShardPlan withCuts(String function, String result, ImmutableList<Cut> cuts) {
        var old = of(function);
        var all = new LinkedHashMap<>(old.cuts());
        all.put(result, cuts);
        return with(function, new OfFunction(old.values(), ImmutableMap.copyOf(all), old.returns()));
    }

    /** With what one function hands out. */
    public ShardPlan withReturns(String function, ImmutableList<Sharding> returns) {
        var old = of(function);
        return with(function, new OfFunction(old.values(), old.cuts(), returns));
    }
}
