package pleat.passes;

import static pleat.passes.Pass.gives;
import static pleat.passes.Pass.needs;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import pleat.ir.derive.Derived;
import pleat.ir.derive.Fusion;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;

/**
 * Leaves no op that only moves elements where the op before can put them in place at once. A value that is read as
 * {@code lin[s, i, h*32 + c]} gets dims h and c from its producer on; a re-reading of a value that nothing else reads takes over
 * its producer's formula.
 */
public final class ComposeReindex {
    public static final Pass PASS =
            new Pass("compose-reindex", "Lets a producer put its elements where a re-reading would move them.",
            needs(Invariant.NORMAL_FORM), gives(), ComposeReindex::run);

    private ComposeReindex() {}

    private static TensorModule run(TensorModule module) {
        return Rebuild.eachFunction(module, function -> moveIntoProducers(SplitDims.run(function)));
    }

    private static Function moveIntoProducers(Function function) {
        var uses = Uses.of(function);
        var current = new LinkedHashMap<Value, Op.Compute>();
        var body = new ArrayList<Op>();
        for (Op op : function.body()) {
            if (op instanceof Op.Compute reader) {
                var composed = compose(reader, current, uses, body);
                current.put(reader.result(), composed);
                body.add(composed);
            } else {
                body.add(op);
            }
        }
        return Rebuild.function(function, body, value -> value);
    }

    private static Op.Compute compose(Op.Compute reader, LinkedHashMap<Value, Op.Compute> producers, Uses uses, List<Op> body) {
        if (!isMove(reader)) {
            return reader;
        }
        var producer = producers.get(reader.operands().getFirst());
        if (producer == null || !uses.hasOneReader(producer.result()) || Fusion.duplicatesWork(producer, reader)) {
            return reader;
        }
        return switch (Fusion.inline(producer, reader)) {
            case Derived.Yes<Op.Compute>(Op.Compute fused) -> {
                body.remove(producer);
                yield fused;
            }
            case Derived.No<Op.Compute> _ -> reader;
        };
    }

    private static boolean isMove(Op.Compute compute) {
        return compute.equation().isMap() && compute.equation().body() instanceof Scalar.Read
                && !compute.equation().reads().getFirst().guarded();
    }
}
