package pleat.passes.recompute;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;

/**
 * The way forward inside one function, cut into stretches. What crosses a cut is held for the stretch behind it; everything else is
 * computed again when the way back comes to its stretch. Without a cut everything is held.
 */
final class Regions {
    /** The stretch that makes a value of the way forward, counted from 0. */
    private final Map<Value, Integer> numbers = new LinkedHashMap<>();
    private final Set<Value> held = new LinkedHashSet<>();
    private final int last;

    /**
     * @param forward the ops of the way forward, in order
     * @param ends values whose ops are the last of their stretches
     */
    Regions(Function function, List<Op> forward, Set<Value> ends) {
        int number = 0;
        for (Op op : forward) {
            for (Value value : op.results()) {
                numbers.put(value, number);
            }
            // A repetition is not run again for what it gives.
            if (op instanceof Op.Repeat) {
                held.addAll(op.results());
            }
            number += op.results().stream().anyMatch(ends::contains) ? 1 : 0;
        }
        last = number;
        for (Op op : forward) {
            int reader = numbers.get(op.results().getFirst());
            op.operands().stream().filter(value -> numbers.getOrDefault(value, reader) < reader).forEach(held::add);
        }
        held.addAll(function.results());
    }

    int last() {
        return last;
    }

    /** The stretch of a value that is computed where it is needed; -1 for what is held, or is a parameter or of the way back. */
    int of(Value value) {
        return isHeld(value) ? -1 : numbers.getOrDefault(value, -1);
    }

    boolean isHeld(Value value) {
        return last == 0 || held.contains(value);
    }
}
