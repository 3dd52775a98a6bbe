package pleat.passes.hoist;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;

/**
 * What a loop is to find ready when it begins.
 *
 * @param kept results that are computed before the loop, once for each time that the function runs in a turn, and are read in it
 * @param inside fixed ops that are computed again in every turn all the same
 * @param inner what is decided for the repetitions inside
 */
record Decision(Level level, ImmutableSet<Value> kept, ImmutableSet<Op> inside, ImmutableMap<Op.Repeat, Decision> inner) {

    boolean keepsNothing() {
        return kept.isEmpty() && inner.values().stream().allMatch(Decision::keepsNothing);
    }

    /** Memory for what is kept. */
    long bytes() {
        long here = kept.stream().mapToLong(value -> Math.multiplyExact(value.type().bytes(), level.times())).reduce(0, Math::addExact);
        return inner.values().stream().mapToLong(Decision::bytes).reduce(here, Math::addExact);
    }
}
