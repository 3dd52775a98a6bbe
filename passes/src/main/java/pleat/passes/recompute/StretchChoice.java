package pleat.passes.recompute;

import com.google.common.collect.ImmutableSetMultimap;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.text.ValueNames;
import pleat.passes.NamedValues;

/**
 * Where to cut the way forward of each function so that little is live at once: for several bounds on what one stretch leaves for its way
 * back, the cuts that hold the least between stretches; of all those, the ones with the smallest peak.
 */
public final class StretchChoice {
    /** How often the bound on a stretch is halved. */
    private static final int HALVINGS = 6;

    private StretchChoice() {}

    /** @param module as {@link PlaceLate} is given it */
    public static NamedValues smallest(TensorModule module) {
        var back = WayBack.of(module);
        var names = ImmutableSetMultimap.<String, String>builder();
        for (Function function : module.functions().values()) {
            var words = ValueNames.of(function).inverse();
            new OneFunction(module, function, back).ends().forEach(value -> names.put(function.name(), words.get(value)));
        }
        return new NamedValues(names.build());
    }

    private static final class OneFunction {
        private final TensorModule module;
        private final Function function;
        private final WayBack back;
        private final List<Op> forward;
        /** By position of an op: bytes that the way back reads of its results, and bytes that cross a cut behind it. */
        private final long[] left;
        private final long[] crossing;

        OneFunction(TensorModule module, Function function, WayBack back) {
            this.module = module;
            this.function = function;
            this.back = back;
            this.forward = function.body().stream().filter(op -> !back.contains(op)).toList();
            this.left = new long[forward.size()];
            this.crossing = new long[forward.size()];
            var read = new LinkedHashSet<Value>();
            function.body().stream().filter(back::contains).forEach(op -> read.addAll(op.operands()));
            for (int o = 0; o < forward.size(); o++) {
                for (Value value : forward.get(o) instanceof Op.Repeat ? List.<Value>of() : forward.get(o).results()) {
                    left[o] += read.contains(value) ? value.type().bytes() : 0;
                    for (int reader = lastReader(value), at = o; at < reader; at++) {
                        crossing[at] += value.type().bytes();
                    }
                }
            }
        }

        private int lastReader(Value value) {
            for (int o = forward.size() - 1; o >= 0; o--) {
                if (forward.get(o).operands().contains(value)) {
                    return o;
                }
            }
            return -1;
        }

        Set<Value> ends() {
            long all = 0;
            for (long bytes : left) {
                all += bytes;
            }
            Set<Value> best = Set.of();
            if (all == 0 || function.body().stream().noneMatch(back::contains)) {
                return best;
            }
            long least = peak(best);
            for (int halving = 1; halving <= HALVINGS; halving++) {
                var ends = cuts(all >> halving);
                long peak = peak(ends);
                if (peak < least) {
                    least = peak;
                    best = ends;
                }
            }
            return best;
        }

        private long peak(Set<Value> ends) {
            return LivePeak.bytes(module, function, PlaceLate.order(function, back, ends));
        }

        /** Cuts between which at most {@code bound} bytes are left for the way back, a single op apart, with the fewest bytes across. */
        private Set<Value> cuts(long bound) {
            int count = forward.size();
            var cost = new long[count + 1];
            var before = new int[count + 1];
            for (int end = 1; end <= count; end++) {
                cost[end] = Long.MAX_VALUE;
                long inside = 0;
                for (int start = end - 1; start >= 0; start--) {
                    inside += left[start];
                    if (inside > bound && start < end - 1) {
                        break;
                    }
                    long across = cost[start] + (start == 0 ? 0 : crossing[start - 1]);
                    if (across < cost[end]) {
                        cost[end] = across;
                        before[end] = start;
                    }
                }
            }
            var ends = new ArrayList<Value>();
            for (int at = before[count]; at > 0; at = before[at]) {
                ends.add(forward.get(at - 1).results().getFirst());
            }
            return new LinkedHashSet<>(ends.reversed());
        }
    }
}
