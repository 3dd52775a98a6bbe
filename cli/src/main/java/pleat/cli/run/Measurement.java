package pleat.cli.run;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import pleat.cli.compile.CompiledModel;
import pleat.ir.plan.Plan.Kind;
import pleat.runtime.host.PlanRunner;
import pleat.runtime.host.PlanRunner.KernelTime;
import pleat.runtime.io.TensorData;

/**
 * Timed runs of a model.
 *
 * @param milliseconds of each run, ascending
 * @param allocatedBytes of the arena
 * @param kernels summed over the timed runs
 * @param outputs of the last run
 */
public record Measurement(double[] milliseconds, long allocatedBytes, ImmutableList<KernelTime> kernels,
        ImmutableMap<String, TensorData> outputs) {

    /**
     * @param warmUps runs that are not timed: in the first ones caches, page tables and clocks settle
     * @param keepsOutputs whether the outputs are copied out of the arena, which takes their bytes once more
     */
    public record Runs(int warmUps, int timed, boolean keepsOutputs) {
        public Runs(int warmUps, int timed) {
            this(warmUps, timed, true);
        }
    }

    /**
     * @param threads at most as many as the plan has scratch for
     * @param prepare fills the arguments
     */
    public static Measurement of(CompiledModel model, int threads, Runs runs, Consumer<PlanRunner> prepare) {
        return alternating(List.of(model), threads, runs, prepare).getFirst();
    }

    /** Times several models in turns, so that what else the machine does meets all of them alike. */
    public static ImmutableList<Measurement> alternating(List<CompiledModel> models, int threads, Runs runs, Consumer<PlanRunner> prepare) {
        var runners = new ArrayList<PlanRunner>();
        try {
            for (CompiledModel model : models) {
                var runner = new PlanRunner(model.plan(), model.sharedObject(), threads);
                runners.add(runner);
                prepare.accept(runner);
                for (int i = 0; i < runs.warmUps(); i++) {
                    runner.run();
                    refill(model, runner, prepare);
                }
                runner.resetTimes();
            }
            var milliseconds = new double[models.size()][runs.timed()];
            for (int run = 0; run < runs.timed(); run++) {
                for (int model = 0; model < models.size(); model++) {
                    if (run > 0) {
                        refill(models.get(model), runners.get(model), prepare);
                    }
                    milliseconds[model][run] = runners.get(model).run() / 1e6;
                }
            }
            return IntStream.range(0, models.size()).mapToObj(model -> of(runners.get(model), milliseconds[model], runs))
                    .collect(ImmutableList.toImmutableList());
        } finally {
            runners.forEach(PlanRunner::close);
        }
    }

    /** A run may have used the memory of its inputs for other things. */
    private static void refill(CompiledModel model, PlanRunner runner, Consumer<PlanRunner> prepare) {
        if (model.plan().buffers().stream().anyMatch(buffer -> buffer.place().kind() == Kind.CONSUMED)) {
            prepare.accept(runner);
        }
    }

    private static Measurement of(PlanRunner runner, double[] milliseconds, Runs runs) {
        Arrays.sort(milliseconds);
        return new Measurement(milliseconds, runner.allocatedBytes(), runner.kernelTimes(), runs.keepsOutputs() ? runner.outputs() : ImmutableMap.of());
    }

    public int runs() {
        return milliseconds.length;
    }

    public double medianMs() {
        int runs = milliseconds.length;
        return (milliseconds[(runs - 1) / 2] + milliseconds[runs / 2]) / 2;
    }

    public double minMs() {
        return milliseconds[0];
    }

    public double maxMs() {
        return milliseconds[milliseconds.length - 1];
    }
}
