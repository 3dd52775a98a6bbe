package pleat.passes;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;

/**
 * Who makes and who reads each value of a function.
 *
 * @param producers the equation that makes a value, where it is an equation that does
 * @param readers the ops that read it, each once
 * @param returned the values that the function returns
 */
public record Uses(Map<Value, Op.Compute> producers, Map<Value, Set<Op>> readers, Set<Value> returned) {

    public static Uses of(Function function) {
        return of(function.body(), function.results());
    }

    static Uses of(List<Op> body, List<Value> results) {
        var producers = new LinkedHashMap<Value, Op.Compute>();
        var readers = new LinkedHashMap<Value, Set<Op>>();
        for (Op op : body) {
            op.operands().forEach(value -> readers.computeIfAbsent(value, _ -> new LinkedHashSet<>()).add(op));
            if (op instanceof Op.Compute compute) {
                producers.put(compute.result(), compute);
            }
        }
        return new Uses(producers, readers, new LinkedHashSet<>(results));
    }

    boolean isUsed(Value value) {
        return returned.contains(value) || readers.containsKey(value);
    }

    /** Whether nothing but equations reads the value. */
    public boolean isReadByEquationsOnly(Value value) {
        return !returned.contains(value) && isUsed(value) && readers.get(value).stream().allMatch(op -> op instanceof Op.Compute);
    }

    /** Whether exactly one op reads the value, and the function does not return it. */
    boolean hasOneReader(Value value) {
        return !returned.contains(value) && readers.getOrDefault(value, Set.of()).size() == 1;
    }

    /** The equations that read the value. */
    public List<Op.Compute> equations(Value value) {
        return readers.getOrDefault(value, Set.of()).stream().filter(Op.Compute.class::isInstance).map(Op.Compute.class::cast)
                .collect(Collectors.toList());
    }
}
