package pleat.passes.space;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import pleat.ir.tensor.Value;
import pleat.passes.planner.Factor;

/** What it costs to bring values from layout to layout. */
record ReshardCosts(Pricing pricing, Set<Value> active) {

    long forwardPicos(Value value, Resharding resharding) {
        return resharding.steps().stream().mapToLong(s -> pricing.transferPicos(s.forward(), s.meshAxis(), value, s.elements())).sum();
    }

    long backwardPicos(Value value, Resharding resharding) {
        return active.contains(value)
                ? resharding.steps().stream().mapToLong(s -> pricing.transferPicos(s.backward(), s.meshAxis(), value, s.elements())).sum() : 0;
    }

    /** From one segment to the next. */
    long handPicos(Value value, Layout from, Layout to) {
        return Resharding.of(value, from, to, pricing.ranks()).map(r -> forwardPicos(value, r) + backwardPicos(value, r)).orElse(Factor.FORBIDDEN);
    }

    /**
     * What it takes to bring a value from one layout to another.
     *
     * @param bytes that are not there anyway
     */
    record Way(Resharding resharding, long forward, long backward, long bytes) {}

    /** Empty if dims are in each other's way. */
    Optional<Way> way(Value value, Layout from, Layout to) {
        return Resharding.of(value, from, to, pricing.ranks()).map(r -> new Way(r, forwardPicos(value, r), backwardPicos(value, r),
                r.isFreeForward() ? 0 : pricing.bytes(value, to)));
    }

    /**
     * One cell: the price of a value's copies.
     *
     * @param ways to the layouts of the copies
     */
    static void add(Tables tables, Map<Layout, Optional<Way>> ways, boolean provided, Copies copies) {
        long picos = 0;
        long saved = 0;
        long live = 0;
        for (var copy : copies.copies()) {
            var way = ways.get(copy.layout());
            if (way.isEmpty() || !isOfUse(way.get().resharding(), provided, copy)) {
                tables.add(Factor.FORBIDDEN, 0, 0);
                return;
            }
            picos += way.get().forward() + way.get().backward();
            switch (copy.state()) {
                case ABSENT -> {
                }
                case AGAIN -> {
                    picos += way.get().forward();
                    live += way.get().bytes();
                }
                case KEPT -> saved += way.get().bytes();
            }
        }
        tables.add(picos, saved, live);
    }

    /**
     * A copy that is no copy, or is kept although it is free, is never better than another option. A block with what neighbours have is not kept: the way back of
     * the devices' programs brings it again.
     */
    private static boolean isOfUse(Resharding resharding, boolean provided, Copies.Copy copy) {
        return !resharding.steps().isEmpty() && switch (copy.state()) {
            case ABSENT -> true;
            case AGAIN -> provided;
            case KEPT -> (!resharding.isFreeForward() || !provided) && copy.layout().parts().stream().noneMatch(Layout.Part.Wide.class::isInstance);
        };
    }
}
