package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import pleat.ir.tensor.Value;

/**
 * What decides which plans there are and what they cost, beside the model.
 *
 * @param allowed which axes a named plan leaves
 * @param pins how values have to lie
 */
record SpaceOptions(Pricing pricing, StatePolicy state, Strategies.Allowed allowed, ImmutableList<Pin> pins) {

    /** Whether every result lies as pins say. */
    boolean holds(Cluster cluster, Strategy strategy) {
        return pins.isEmpty() || cluster.members().stream().allMatch(member -> pins.stream()
                .filter(pin -> pin.isFor(member.result(), member.op().location()))
                .allMatch(pin -> pin.holds(member.result(), strategy.of(member.result()), pricing.ranks())));
    }

    boolean holdsGiven(Value value, Layout layout) {
        return pins.stream().filter(pin -> pin.isForGiven(value)).allMatch(pin -> pin.holds(value, layout, pricing.ranks()));
    }
}
