package pleat.passes.sparse;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pleat.ir.derive.Derived;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.passes.Uses;

/**
 * The equations around a mask whose rows and keys are the mask's: all that is computed from the masked logits as long as it has a dim
 * of keys, and what was computed for them alone.
 *
 * @param members in the order of the function, with the roles of their axes
 * @param dims of the members' results that run along rows or keys
 */
record Region(ImmutableMap<Op.Compute, Roles> members, ImmutableMap<Value, Roles.Dims> dims) {

    static Derived<Region> of(Function function, Op.Compute masked, Roles roles) {
        return new Builder(function).build(masked, roles);
    }

    private static final class Builder {
        private final Function function;
        private final Uses uses;
        private final Map<Op.Compute, Roles> members = new LinkedHashMap<>();
        private final Map<Value, Roles.Dims> dims = new LinkedHashMap<>();
        private final ArrayDeque<Op.Compute> open = new ArrayDeque<>();
        private Optional<String> refusal = Optional.empty();

        Builder(Function function) {
            this.function = function;
            this.uses = Uses.of(function);
        }

        Derived<Region> build(Op.Compute masked, Roles roles) {
            add(masked, roles);
            while (!open.isEmpty() && refusal.isEmpty()) {
                follow(open.removeFirst());
            }
            while (refusal.isEmpty() && pullOne()) {
                // Each round adds an op, and ops are finite.
            }
            if (refusal.isPresent()) {
                return Derived.no("%s", refusal.get());
            }
            var ordered = ImmutableMap.<Op.Compute, Roles>builder();
            for (Op op : function.body()) {
                if (op instanceof Op.Compute compute && members.containsKey(compute)) {
                    ordered.put(compute, members.get(compute));
                }
            }
            return Derived.yes(new Region(ordered.build(), ImmutableMap.copyOf(dims)));
        }

        private void add(Op.Compute op, Roles roles) {
            var known = members.putIfAbsent(op, roles);
            if (known != null && !known.equals(roles)) {
                refuse("`%s` reads rows or keys in two ways", op);
            }
            if (known == null) {
                roles.written(op).ifPresent(written -> dims.put(op.result(), written));
                open.add(op);
            }
        }

        private void refuse(String format, Op.Compute op) {
            refusal = Optional.of(format.formatted(op.result().name()));
        }

        private void follow(Op.Compute op) {
            var written = dims.get(op.result());
            if (written == null || !written.isKeyed()) {
                if (written == null && members.get(op).key() != Roles.NONE && op.equation().write().uses(members.get(op).key())) {
                    refuse("`%s` puts keys somewhere else", op);
                }
                return;
            }
            if (!uses.isReadByEquationsOnly(op.result())) {
                refuse("`%s`, which has a place for each key, is a result or goes to an op without an equation", op);
                return;
            }
            for (Op.Compute reader : uses.equations(op.result())) {
                for (int r = 0; r < reader.operands().size(); r++) {
                    if (reader.operands().get(r) == op.result()) {
                        var roles = Roles.ofReader(reader.equation().reads().get(r), written);
                        roles.ifPresentOrElse(found -> add(reader, found), () -> refuse("`%s` moves rows or keys", reader));
                    }
                }
            }
        }

        /** What makes an operand with rows and keys, and nobody else reads, need be made for the kept keys alone. */
        private boolean pullOne() {
            for (var member : List.copyOf(members.entrySet())) {
                var op = member.getKey();
                for (int r = 0; r < op.operands().size(); r++) {
                    var producer = uses.producers().get(op.operands().get(r));
                    if (producer != null && !members.containsKey(producer) && canPull(producer)) {
                        var read = member.getValue().read(op.equation().reads().get(r), producer.result());
                        var roles = read.flatMap(dims -> Roles.ofReader(producer.equation().write(), dims));
                        if (roles.isPresent() && isReadAlike(producer.result(), read.get())) {
                            add(producer, roles.get());
                            open.clear();
                            return true;
                        }
                    }
                }
            }
            return false;
        }

        private boolean canPull(Op.Compute producer) {
            return uses.isReadByEquationsOnly(producer.result()) && members.keySet().containsAll(uses.equations(producer.result()));
        }

        private boolean isReadAlike(Value value, Roles.Dims read) {
            return uses.equations(value).stream().allMatch(reader -> {
                for (int r = 0; r < reader.operands().size(); r++) {
                    if (reader.operands().get(r) == value
                            && !members.get(reader).read(reader.equation().reads().get(r), value).equals(Optional.of(read))) {
                        return false;
                    }
                }
                return true;
            });
        }
    }

    /** Whether some member writes its rows otherwise than one by one. */
    boolean hasFixedRows() {
        return members.entrySet().stream().anyMatch(member -> !dims.containsKey(member.getKey().result()) && member.getValue().row() != Roles.NONE);
    }

    /** The members in order. */
    ImmutableList<Op.Compute> ops() {
        return members.keySet().asList();
    }
}
