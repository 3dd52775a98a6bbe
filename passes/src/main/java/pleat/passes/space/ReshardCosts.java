package pleat.passes.space;

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

    /** One cell: the price of a value's copies. */
    void add(Tables tables, Value value, Layout from, boolean provided, Copies copies) {
        long picos = 0;
        long saved = 0;
        long live = 0;
        for (var copy : copies.copies()) {
            var resharding = Resharding.of(value, from, copy.layout(), pricing.ranks());
            if (resharding.isEmpty() || !isOfUse(resharding.get(), provided, copy)) {
                tables.add(Factor.FORBIDDEN, 0, 0);
                return;
            }
            long forward = forwardPicos(value, resharding.get());
            long bytes = resharding.get().isFreeForward() ? 0 : pricing.bytes(value, copy.layout());
            picos += forward + backwardPicos(value, resharding.get());
            switch (copy.state()) {
                case ABSENT -> {
                }
                case AGAIN -> {
                    picos += forward;
                    live += bytes;
                }
                case KEPT -> saved += bytes;
            }
        }
        tables.add(picos, saved, live);
    }

    /** A copy that is no copy, or is kept although it is free, is never better than another option. */
    private static boolean isOfUse(Resharding resharding, boolean provided, Copies.Copy copy) {
        return !resharding.steps().isEmpty() && switch (copy.state()) {
            case ABSENT -> true;
            case AGAIN -> provided;
            case KEPT -> !resharding.isFreeForward() || !provided;
        };
    }
}
