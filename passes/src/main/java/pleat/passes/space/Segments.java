package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.Function.Role;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;

/**
 * A prepared module as a chain: repetitions, and what stands before, between and behind them. What a segment hands on is what the next
 * repetition carries; every other value that crosses a repetition is the same on all devices.
 */
public record Segments(ImmutableList<Link> links) {

    /**
     * @param count how often the segment runs, one copy behind the other
     * @param isRepeated whether it is the body of a repetition
     */
    public record Link(Segment segment, long count, boolean isRepeated) {}

    /** @param training whether there is a way back to the weights */
    public static Segments of(TensorModule module, boolean training) {
        var entry = module.entryFunction();
        var weights = weights(entry);
        var links = ImmutableList.<Link>builder();
        var ops = new ArrayList<Op>();
        List<Value> given = List.of();
        for (Op op : entry.body()) {
            if (op instanceof Op.Repeat repeat) {
                links.add(between(entry, links.build().size(), ops, given, weights, repeat.carried(), training));
                links.add(new Link(repeated(module, repeat, training), repeat.body().count(), true));
                given = repeat.results().subList(0, repeat.carried().size());
                ops.clear();
            } else {
                ops.add(op);
            }
        }
        links.add(between(entry, links.build().size(), ops, given, weights, entry.results(), training));
        return new Segments(links.build());
    }

    private static Link between(Function entry, int number, List<Op> ops, List<Value> given, Set<Value> weights, List<Value> handed,
            boolean training) {
        return new Link(Segment.of(entry.name() + "." + number, ops, given, weights, handed, entry.arguments(), training), 1, false);
    }

    private static ImmutableSet<Value> weights(Function entry) {
        return entry.parameters().stream().filter(p -> p.role() == Role.WEIGHT).map(Function.Parameter::value)
                .collect(ImmutableSet.toImmutableSet());
    }

    /** What is repeated is one block with as many copies as there are turns; a repetition in it would be blocks of another chain. */
    private static void refuseInner(Function body) {
        body.body().stream().filter(Op.Repeat.class::isInstance).map(Op.Repeat.class::cast).findFirst().ifPresent(inner -> {
            throw new UserException("the model cannot be planned: `@%s` is repeated, and repeats `@%s` itself\n  = help: plan a module of it that has no repetition in another"
                    .formatted(body.name(), inner.body().callee()));
        });
    }

    private static Segment repeated(TensorModule module, Op.Repeat repeat, boolean training) {
        var body = module.functions().get(repeat.body().callee());
        refuseInner(body);
        int carried = repeat.carried().size();
        var weightsOutside = weights(module.entryFunction());
        var weights = new LinkedHashSet<Value>();
        for (int p = carried; p < repeat.operands().size(); p++) {
            if (weightsOutside.contains(repeat.operands().get(p))) {
                weights.add(body.arguments().get(p));
            }
        }
        return Segment.of(body.name(), body.body(), body.arguments().subList(0, carried), weights, body.results().subList(0, carried),
                body.arguments(), training);
    }
}
