package pleat.passes.recompute;

import java.util.List;
import pleat.ir.derive.Cost;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Step;
import pleat.ir.plan.Slice;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;

/** How fast a device computes and how fast it reads and writes, for weighing time against memory; only their ratio decides. */
public record Rates(double flopsPerSecond, double bytesPerSecond) {
    /** Two cores with wide vectors. */
    public static final Rates HOST = new Rates(2e11, 1e10);

    /** Time to compute a value again: its arithmetic. What it reads and writes it shares with the kernel of its reader, more often than not. */
    double secondsAgain(Op op, TensorModule module) {
        return Cost.of(op, module).flops() / flopsPerSecond;
    }

    /** Time that it takes to write a byte where it is made and to read it where it is needed: keeping it costs no less. */
    public double secondsPerKeptByte() {
        return 2 / bytesPerSecond;
    }

    /** Time of one run: the arithmetic of the equations and the traffic of the kernels that the plan makes of them. */
    public double seconds(TensorModule module, Plan plan) {
        return Cost.of(module).flops() / flopsPerSecond + traffic(plan, plan.steps()) / bytesPerSecond;
    }

    private static double traffic(Plan plan, List<Step> steps) {
        return steps.stream().mapToDouble(step -> switch (step) {
            case Step.Launch launch -> launch.arguments().stream().mapToDouble(argument -> bytes(plan, argument)).sum();
            case Step.Copy(Plan.Argument from, Plan.Argument to) -> bytes(plan, from) + bytes(plan, to);
            case Step.Loop loop -> loop.count() * traffic(plan, loop.steps());
            case Step.Start start -> bytes(plan, start.from()) + bytes(plan, start.to());
            case Step.Await _ -> 0;
        }).sum();
    }

    private static double bytes(Plan plan, Plan.Argument argument) {
        return Slice.of(plan.buffers().get(argument.buffer()), argument).bytes();
    }
}
