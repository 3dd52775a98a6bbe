package pleat.frontend.lower;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import pleat.frontend.syntax.Name;
import pleat.ir.diagnostic.Span;
import pleat.ir.tensor.Location;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.type.TensorType;

/** A function of the IR while it is written. The body of a loop has a parent, whose values it captures as it needs them. */
final class FunctionBuilder {
    private final Optional<FunctionBuilder> parent;
    private final Set<Value> defined = new HashSet<>();
    private final Map<Value, Value> captured = new LinkedHashMap<>();
    private final Map<String, Weight> weights = new LinkedHashMap<>();
    private final List<Op> ops = new ArrayList<>();

    /**
     * A parameter of the model.
     *
     * @param path below this function
     * @param owner what it belongs to here: an instance, or its own declaration
     * @param span where it was asked for first
     */
    record Weight(String path, Value value, Name owner, Span span) {}

    FunctionBuilder(Optional<FunctionBuilder> parent) {
        this.parent = parent;
    }

    static Location location(Span span) {
        return new Location(span.source().name(), span.line(), span.column());
    }

    /** A value that comes from outside: a parameter of the function. */
    Value parameter(String name, TensorType type) {
        var value = new Value(name, type);
        defined.add(value);
        return value;
    }

    Value emit(Op op) {
        ops.add(op);
        defined.addAll(op.results());
        return op.results().getFirst();
    }

    /** A value of this function or of one around it, as this function sees it. */
    Value local(Value value) {
        return defined.contains(value) ? value
                : captured.computeIfAbsent(value, outer -> parameter(outer.name(), outer.type()));
    }

    /** The weight of a path, new or known; its type or owner may be another than asked for, which is the caller's to report. */
    Weight weight(String path, TensorType type, Name owner, Span span) {
        if (parent.isPresent()) {
            var outer = parent.get().weight(path, type, owner, span);
            return new Weight(path, local(outer.value()), outer.owner(), outer.span());
        }
        return weights.computeIfAbsent(path, _ -> new Weight(path, parameter(path.replace(".{i}", ""), type), owner, span));
    }

    ImmutableList<Weight> weights() {
        return ImmutableList.copyOf(weights.values());
    }

    /** Values of the functions around this one that it reads, in the order of first use, and the parameters they arrive in. */
    Map<Value, Value> captured() {
        return captured;
    }

    ImmutableList<Op> ops() {
        return ImmutableList.copyOf(ops);
    }
}
