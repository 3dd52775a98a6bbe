package pleat.tests;

import java.util.List;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Step;

/**
 * What a plan costs, of which no measurement is part.
 *
 * @param flops operations of the model's matrix products in one run
 * @param bytesMoved what the launches and copies of one run read and write, each argument once
 * @param launches of one run
 * @param kernels different ones
 */
record PlanFacts(String model, String size, long flops, long bytesMoved, long launches, int kernels, Memory memory) {

    /** Fields of the plan's arena, and what the results of all equations would take. */
    record Memory(long arenaBytes, long liveBytes, long unsharedBytes, long intermediateBytes) {}

    static long launches(List<Step> steps) {
        return steps.stream().mapToLong(step -> switch (step) {
            case Step.Launch _ -> 1;
            case Step.Copy _, Step.Start _, Step.Await _ -> 0;
            case Step.Loop loop -> loop.count() * launches(loop.steps());
        }).sum();
    }

    static long bytesMoved(Plan plan, List<Step> steps) {
        return steps.stream().mapToLong(step -> switch (step) {
            case Step.Launch launch -> plan.kernels().get(launch.kernel()).parameters().stream()
                    .mapToLong(parameter -> parameter.type().bytes()).sum();
            case Step.Copy(var from, var to) -> 2 * Math.min(bytes(plan, from), bytes(plan, to));
            case Step.Start start -> bytes(plan, start.from()) + bytes(plan, start.to());
            case Step.Await _ -> 0;
            case Step.Loop loop -> loop.count() * bytesMoved(plan, loop.steps());
        }).sum();
    }

    /** Of the buffer, or of its slice. */
    private static long bytes(Plan plan, Plan.Argument argument) {
        var type = plan.buffers().get(argument.buffer()).type();
        long slices = 1;
        int dim = 0;
        for (long stride : argument.loopStrides()) {
            slices *= stride == 0 ? 1 : type.shape()[dim++];
        }
        return type.bytes() / Math.max(1, slices);
    }
}
