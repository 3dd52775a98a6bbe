package pleat.cli.fit;

import java.util.List;
import pleat.cli.compile.KernelWork;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Step;
import pleat.ir.plan.Slice;
import pleat.ir.type.DType;
import pleat.passes.machine.Execution;
import pleat.passes.machine.Family;
import pleat.passes.machine.Machine;
import pleat.passes.machine.Prices;
import pleat.passes.machine.Work;

/** About how long one run of a plan takes: launch by launch, the longer of its products and its traffic. */
final class PlanTime {
    private final Plan plan;
    private final Prices prices;

    private PlanTime(Plan plan, Prices prices) {
        this.plan = plan;
        this.prices = prices;
    }

    static double seconds(Plan plan, Machine machine, DType storage) {
        return new PlanTime(plan, new Prices(machine, Execution.PLEAT, storage)).seconds(plan.steps());
    }

    private double seconds(List<Step> steps) {
        double seconds = 0;
        for (Step step : steps) {
            seconds += switch (step) {
                case Step.Launch launch -> prices.seconds(new Work(Family.PRODUCT, KernelWork.flops(plan.kernels().get(launch.kernel())), bytes(launch.arguments())));
                case Step.Copy(var from, var to) -> prices.seconds(new Work(Family.MAP, 0, bytes(List.of(from, to))));
                case Step.Loop loop -> loop.count() * seconds(loop.steps());
                // A plan for one device exchanges nothing.
                case Step.Start _, Step.Await _ -> 0;
            };
        }
        return seconds;
    }

    private long bytes(List<Plan.Argument> arguments) {
        return arguments.stream().mapToLong(argument -> Slice.of(plan.buffers().get(argument.buffer()), argument).type().bytes()).sum();
    }
}
