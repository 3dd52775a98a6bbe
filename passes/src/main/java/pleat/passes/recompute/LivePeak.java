package pleat.passes.recompute;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;

/** Bytes that are live at once while a function runs, if every value is stored: an upper estimate, for comparing orders of the same ops. */
final class LivePeak {
    private LivePeak() {}

    /** @param body the ops in the order to be judged; parameters of the function do not count */
    static long bytes(TensorModule module, Function function, List<Op> body) {
        var last = new LinkedHashMap<Value, Integer>();
        for (int o = 0; o < body.size(); o++) {
            for (Value value : body.get(o).operands()) {
                last.put(value, o);
            }
        }
        function.results().forEach(value -> last.put(value, body.size()));
        function.arguments().forEach(last::remove);
        long live = 0;
        long peak = 0;
        for (int o = 0; o < body.size(); o++) {
            var op = body.get(o);
            live += op.results().stream().mapToLong(value -> value.type().bytes()).sum();
            peak = Math.max(peak, live + inner(module, op));
            live -= ended(op, o, last);
        }
        return peak;
    }

    private static long inner(TensorModule module, Op op) {
        if (op instanceof Op.Repeat repeat) {
            var body = module.functions().get(repeat.body().callee());
            return bytes(module, body, body.body());
        }
        return 0;
    }

    private static long ended(Op op, int at, Map<Value, Integer> last) {
        long operands = op.operands().stream().distinct().filter(value -> last.getOrDefault(value, -1) == at).mapToLong(value -> value.type().bytes()).sum();
        return operands + op.results().stream().filter(value -> !last.containsKey(value)).mapToLong(value -> value.type().bytes()).sum();
    }
}
