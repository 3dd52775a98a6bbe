package pleat.passes.space;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import pleat.ir.mesh.Sharding;
import pleat.ir.tensor.Value;
import pleat.passes.shard.Form;

/** Which adjoints are one and the same: both terms of a sum have that of the sum, if nothing else reads them. */
final class SameAdjoints {
    private final Function<Value, Sharding> base;
    private final Map<Held, List<Optional<Value>>> terms = new LinkedHashMap<>();

    /** A value in one form. */
    record Held(Value value, Form form) {}

    /** @param base how a value lies as it is made */
    SameAdjoints(Function<Value, Sharding> base) {
        this.base = base;
    }

    /**
     * Adds to the adjoint of a value.
     *
     * @param copied the value whose adjoint this is, where it is one as it was made
     */
    void add(Value value, Form form, Optional<Value> copied) {
        terms.computeIfAbsent(new Held(value, form), _ -> new ArrayList<>()).add(copied);
    }

    /** The value, as it was made, whose adjoint this is; the value itself where there is no other. */
    Held source(Value value, Form form) {
        var held = new Held(value, form);
        var all = terms.getOrDefault(held, List.of());
        return all.size() == 1 && all.getFirst().isPresent() ? source(all.getFirst().get(), Form.kept(base.apply(all.getFirst().get()))) : held;
    }
}
