package pleat.passes.reduce;

import java.util.Comparator;
import java.util.LinkedHashSet;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.type.Dim;

/**
 * How large a module is to a reader: calls first, for what they hide, extents last. Every step of a reduction makes it less, so
 * reductions end.
 *
 * @param calls of functions, and repetitions
 * @param nodes of all formulas, with their axes and reductions
 * @param ports parameters and results of all functions
 * @param extents sum of the different extents; a symbol counts as its largest
 */
record Size(long calls, long ops, long nodes, long ports, double extents) implements Comparable<Size> {
    private static final Comparator<Size> ORDER = Comparator.comparingLong(Size::calls).thenComparingLong(Size::ops)
            .thenComparingLong(Size::nodes).thenComparingLong(Size::ports).thenComparingDouble(Size::extents);

    static Size of(TensorModule module) {
        long calls = 0;
        long ops = 0;
        long ports = 0;
        var nodes = new long[1];
        var dims = new LinkedHashSet<Dim>();
        for (Function function : module.functions().values()) {
            ports += function.parameters().size() + function.returns().size();
            function.arguments().forEach(argument -> dims.addAll(argument.type().dims()));
            for (Op op : function.body()) {
                ops++;
                op.results().forEach(result -> dims.addAll(result.type().dims()));
                calls += op instanceof Op.Call || op instanceof Op.Repeat ? 1 : 0;
                if (op instanceof Op.Compute compute) {
                    compute.equation().body().visit(_ -> nodes[0]++);
                    compute.equation().axes().forEach(axis -> dims.add(axis.extent()));
                    nodes[0] += compute.equation().axes().size() + (compute.equation().isMap() ? 0 : 1);
                }
            }
        }
        return new Size(calls, ops, nodes[0], ports, dims.stream().mapToDouble(Size::largest).sum());
    }

    private static double largest(Dim dim) {
        return switch (dim) {
            case Dim.Const(long extent) -> extent;
            case Dim.Symbol symbol -> symbol.max() + 1.0;
        };
    }

    @Override
    public int compareTo(Size other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return ops + (ops == 1 ? " op, " : " ops, ") + nodes + " nodes, " + ports + " parameters and results";
    }
}
