package pleat.passes.space;

import com.google.common.collect.ImmutableSetMultimap;
import com.google.common.collect.Sets;
import java.util.LinkedHashMap;
import java.util.Map;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.passes.NamedValues;
import pleat.passes.grad.KeepSet;
import pleat.passes.planner.Run;
import pleat.passes.shard.HeldValues;
import pleat.passes.shard.ShardModule;

/** What a plan keeps of each iteration for the way back, by the names that the programs of the devices have for it. */
final class KeptValues {
    private final Outcome.Sharded sharded;
    private final Map<String, HeldValues> held;
    private final ImmutableSetMultimap.Builder<String, String> names = ImmutableSetMultimap.builder();

    private KeptValues(Outcome.Sharded sharded) {
        this.sharded = sharded;
        this.held = ShardModule.held(sharded.module(), sharded.plan(), sharded.plan().mesh().device(0));
    }

    /** @param sharded the plan as a program; programs of all devices have the same names */
    static KeepSet of(Outcome.Found found, Outcome.Sharded sharded) {
        var kept = new KeptValues(sharded);
        var shardings = new ShardPlans.Shardings(sharded.plan().mesh());
        var repeats = ShardPlans.repeats(found, sharded.module());
        for (int r = 0; r < repeats.size(); r++) {
            var run = found.plan().runs().get(r);
            repeats.get(r).ifPresent(repeat -> kept.add(repeat, found.block(run), run, shardings));
        }
        return new KeepSet.Named(new NamedValues(kept.names.build()));
    }

    private void add(Op.Repeat repeat, SegmentBlock block, Run run, ShardPlans.Shardings shardings) {
        var function = repeat.body().callee();
        var own = own(block, repeat, sharded.module().functions().get(function));
        for (int c = 0; c < block.choices().size(); c++) {
            var choice = block.choice(run, c);
            // What an eager framework keeps inside an equation has no name in the program.
            for (Value value : Sets.intersection(choice.keep().kept(), own.keySet())) {
                names.put(function, held.get(function).name(own.get(value), shardings.of(choice.strategy().of(value))).orElseThrow(
                        () -> new IllegalStateException("`" + value + "` of @" + function + " does not lie as was planned")));
            }
        }
        for (Value value : block.copyOptions().variables().keySet()) {
            for (var copy : block.copies(run, value).copies()) {
                if (copy.state() == Copies.State.KEPT && own.containsKey(value)) {
                    held.get(function).name(own.get(value), shardings.of(copy.layout())).ifPresent(name -> names.put(function, name));
                }
            }
        }
    }

    /** The function's own values for those of the segment: parameters and ops of a copy are those of the segment, in its order. */
    private static Map<Value, Value> own(SegmentBlock block, Op.Repeat repeat, Function function) {
        var own = new LinkedHashMap<Value, Value>();
        var arguments = ShardPlans.arguments(block, repeat);
        for (int p = 0; p < arguments.size(); p++) {
            own.put(arguments.get(p), function.arguments().get(p));
        }
        var segment = block.facts().segment().ops();
        for (int o = 0; o < segment.size(); o++) {
            own.put(segment.get(o).results().getFirst(), function.body().get(o).results().getFirst());
        }
        return own;
    }
}
