package pleat.passes.recompute;

import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Function.Role;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;

/** What of a module depends on a cotangent: its way back. All other ops are of the way forward, or compute it again. */
final class WayBack {
    private final TensorModule module;
    private final Set<Value> values = new LinkedHashSet<>();

    private WayBack(TensorModule module) {
        this.module = module;
    }

    static WayBack of(TensorModule module) {
        var back = new WayBack(module);
        var entry = module.entryFunction();
        entry.parameters().stream().filter(parameter -> parameter.role() == Role.COTANGENT).forEach(parameter -> back.values.add(parameter.value()));
        back.visit(entry);
        return back;
    }

    boolean contains(Value value) {
        return values.contains(value);
    }

    boolean contains(Op op) {
        return op.results().stream().anyMatch(values::contains);
    }

    private void visit(Function function) {
        for (Op op : function.body()) {
            if (op instanceof Op.Repeat repeat) {
                visit(repeat);
            } else if (op.operands().stream().anyMatch(values::contains)) {
                values.addAll(op.results());
            }
        }
    }

    private void visit(Op.Repeat repeat) {
        var body = module.functions().get(repeat.body().callee());
        var given = positions(repeat.operands());
        boolean grew = true;
        while (grew) {
            given.stream().forEach(p -> values.add(body.arguments().get(p)));
            visit(body);
            int before = given.cardinality();
            given.or(positions(body.results().subList(0, repeat.carried().size())));
            grew = given.cardinality() > before;
        }
        for (int r = 0; r < repeat.results().size(); r++) {
            if (values.contains(body.results().get(r)) || r < repeat.carried().size() && given.get(r)) {
                values.add(repeat.results().get(r));
            }
        }
    }

    private BitSet positions(List<Value> among) {
        var bits = new BitSet();
        for (int v = 0; v < among.size(); v++) {
            bits.set(v, values.contains(among.get(v)));
        }
        return bits;
    }
}
