package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import java.util.List;
import pleat.ir.tensor.Value;

/**
 * What decides which plans there are and what they cost, beside the model.
 *
 * @param allowed which axes a named plan leaves
 * @param splitsAll whether what can be split has to be
 * @param pins how values have to lie
 */
record SpaceOptions(Pricing pricing, StatePolicy state, Strategies.Allowed allowed, boolean splitsAll, ImmutableList<Pin> pins) {

    /** Those of a cluster's strategies that there are under this name and these pins. */
    List<Strategy> of(Cluster cluster, List<Strategy> strategies) {
        var held = strategies.stream().filter(strategy -> holds(cluster, strategy)).toList();
        var split = held.stream().filter(strategy -> strategy.splits().stream().anyMatch(axisClass -> axisClass >= 0)).toList();
        return splitsAll && !split.isEmpty() ? split : held;
    }

    /** Whether every result lies as pins say. */
    private boolean holds(Cluster cluster, Strategy strategy) {
        return pins.isEmpty() || cluster.members().stream().allMatch(member -> pins.stream()
                .filter(pin -> pin.isFor(member.result(), member.op().location()))
                .allMatch(pin -> pin.holds(member.result(), strategy.of(member.result()), pricing.ranks())));
    }

    boolean holdsGiven(Value value, Layout layout) {
        return pins.stream().filter(pin -> pin.isForGiven(value)).allMatch(pin -> pin.holds(value, layout, pricing.ranks()));
    }
}
