package pleat.passes;

import static pleat.passes.Pass.gives;
import static pleat.passes.Pass.needs;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import pleat.ir.derive.Simplify;
import pleat.ir.derive.Subscripts;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;

/** Simplifies formulas, makes reductions over nothing maps, and drops plain copies. {@code y[i] = x[i] * 1  ->  x} */
public final class SimplifyEquations {
    public static final Pass PASS = new Pass("simplify", "Simplifies formulas and drops copies.", needs(Invariant.NORMAL_FORM),
            gives(),
            SimplifyEquations::run);

    private SimplifyEquations() {}

    private static TensorModule run(TensorModule module) {
        return Rebuild.eachFunction(module, SimplifyEquations::run);
    }

    private static Function run(Function function) {
        var body = new ArrayList<Op>();
        var copies = new LinkedHashMap<Value, Value>();
        for (Op op : function.body()) {
            var current = Rebuild.operands(op, value -> copies.getOrDefault(value, value));
            if (!(current instanceof Op.Compute compute)) {
                body.add(current);
                continue;
            }
            var simple = Simplify.of(Reductions.simplify(Simplify.of(compute)));
            if (isCopy(simple)) {
                copies.put(simple.result(), simple.operands().getFirst());
            } else {
                body.add(simple);
            }
        }
        return Rebuild.function(function, body, value -> copies.getOrDefault(value, value));
    }

    private static boolean isCopy(Op.Compute compute) {
        var equation = compute.equation();
        return equation.isMap() && equation.body() instanceof Scalar.Read(int read)
                && equation.reads().get(read).equals(equation.write())
                && Subscripts.isPlain(equation.write(), equation.axes(), equation.dims())
                && compute.operands().get(read).type().equals(compute.result().type());
    }
}
