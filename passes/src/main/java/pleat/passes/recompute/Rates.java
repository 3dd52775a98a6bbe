package pleat.passes.recompute;

import pleat.ir.derive.Cost;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;

/** How fast a device computes and how fast it reads, for weighing time against memory; only their ratio decides. */
public record Rates(double flopsPerSecond, double bytesPerSecond) {
    /** A few cores with wide vectors. */
    public static final Rates HOST = new Rates(1e11, 1e10);

    /** Time of an op: the longer of arithmetic and traffic (Williams, Waterman, Patterson 2009). */
    public double seconds(Op op, TensorModule module) {
        if (op instanceof Op.Repeat repeat) {
            return repeat.body().count() * seconds(module.functions().get(repeat.body().callee()), module);
        }
        var cost = Cost.of(op, module);
        return Math.max(cost.flops() / flopsPerSecond, cost.bytes() / bytesPerSecond);
    }

    /** Time of one run of a module, op by op. */
    public double seconds(TensorModule module) {
        return seconds(module.entryFunction(), module);
    }

    private double seconds(Function function, TensorModule module) {
        return function.body().stream().mapToDouble(op -> seconds(op, module)).sum();
    }
}
