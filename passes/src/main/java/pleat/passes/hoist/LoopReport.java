package pleat.passes.hoist;

import com.google.common.collect.ImmutableList;
import pleat.ir.tensor.Location;
import pleat.ir.type.TensorType;
import pleat.passes.Remark;

/**
 * What was decided for one loop.
 *
 * @param body the function that is repeated
 * @param kept values that are computed before it
 * @param inside values that are the same in every turn and are computed in each all the same, because that is cheaper
 */
public record LoopReport(String body, long count, Location location, ImmutableList<FixedValue> kept, ImmutableList<FixedValue> inside) {

    /**
     * A value that is the same in every turn.
     *
     * @param function in which it is computed: the body of the loop, or of a repetition inside
     * @param times how many of them there are: how often the function runs in one turn
     */
    public record FixedValue(String name, TensorType type, String function, long times, Location location) {
        public long bytes() {
            return Math.multiplyExact(type.bytes(), times);
        }
    }

    /** Memory for what is kept. */
    public long bytes() {
        return kept.stream().mapToLong(FixedValue::bytes).reduce(0, Math::addExact);
    }

    /** One line for each value, at the place where it is computed. */
    ImmutableList<Remark> remarks() {
        var remarks = ImmutableList.<Remark>builder();
        kept.forEach(value -> remarks.add(new Remark(value.location(), "`%s` %s is computed before the %d turns of @%s, %d times; %d bytes are kept"
                .formatted(value.name(), value.type(), count, body, value.times(), value.bytes()))));
        inside.forEach(value -> remarks.add(new Remark(value.location(),
                "`%s` %s is the same in all %d turns of @%s and computed in each: that is cheaper".formatted(value.name(), value.type(), count, body))));
        return remarks.build();
    }

    static LoopReport of(Decision decision) {
        var kept = ImmutableList.<FixedValue>builder();
        var inside = ImmutableList.<FixedValue>builder();
        collect(decision, kept, inside);
        var loop = decision.level().repeat();
        return new LoopReport(loop.body().callee(), loop.body().count(), loop.location(), kept.build(), inside.build());
    }

    private static void collect(Decision decision, ImmutableList.Builder<FixedValue> kept, ImmutableList.Builder<FixedValue> inside) {
        var level = decision.level();
        level.function().body().forEach(op -> op.results().forEach(value -> {
            var fixed = new FixedValue(value.name(), value.type(), level.function().name(), level.times(), op.location());
            if (decision.kept().contains(value)) {
                kept.add(fixed);
            } else if (decision.inside().contains(op)) {
                inside.add(fixed);
            }
        }));
        decision.inner().values().forEach(inner -> collect(inner, kept, inside));
    }
}
