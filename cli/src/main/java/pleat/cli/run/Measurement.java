package pleat.cli.run;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import pleat.cli.compile.CompiledModel;
import pleat.cli.execute.Loaded;
import pleat.ir.plan.Plan.Kind;
import pleat.runtime.host.LoadedPlan;
import pleat.runtime.host.PlanRunner.KernelTime;
import pleat.runtime.io.TensorData;

/**
 * Timed runs of a model.
 *
 * @param milliseconds of each run, ascending
 * @param allocatedBytes of the arena
 * @param profiledRuns those of the timed runs in which kernels were timed too
 * @param kernels summed over these
 * @param outputs of the last run
 */
public record Measurement(double[] milliseconds, long allocatedBytes, int profiledRuns, ImmutableList<KernelTime> kernels,
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
    public static Measurement of(CompiledModel model, int threads, Runs runs, Consumer<LoadedPlan> prepare) {
        return of(RunSubject.of(model, threads), runs, prepare);
    }

    /** @param prepare fills the arguments */
    static Measurement of(RunSubject subject, Runs runs, Consumer<LoadedPlan> prepare) {
        return inTurns(List.of(subject), runs, prepare).getFirst();
    }

    /** Times several models in turns, so that what else the machine does meets all of them alike. */
    public static ImmutableList<Measurement> alternating(List<CompiledModel> models, int threads, Runs runs, Consumer<LoadedPlan> prepare) {
        return inTurns(models.stream().map(model -> RunSubject.of(model, threads)).toList(), runs, prepare);
    }

    private static ImmutableList<Measurement> inTurns(List<RunSubject> subjects, Runs runs, Consumer<LoadedPlan> prepare) {
        var loaded = new ArrayList<Loaded>();
        try {
            for (RunSubject subject : subjects) {
                var model = subject.load().get();
                loaded.add(model);
                prepare.accept(model.device());
                for (int i = 0; i < runs.warmUps(); i++) {
                    model.run();
                    refill(subject, model, prepare);
                }
                model.device().resetTimes();
            }
            var milliseconds = new double[subjects.size()][runs.timed()];
            for (int run = 0; run < runs.timed(); run++) {
                for (int model = 0; model < subjects.size(); model++) {
                    if (run > 0) {
                        refill(subjects.get(model), loaded.get(model), prepare);
                    }
                    milliseconds[model][run] = loaded.get(model).run() / 1e6;
                }
            }
            return IntStream.range(0, subjects.size()).mapToObj(model -> of(loaded.get(model).device(), milliseconds[model], runs))
                    .collect(ImmutableList.toImmutableList());
        } finally {
            loaded.forEach(Loaded::close);
        }
    }

    /** A run may have used the memory of its inputs for other things. */
    private static void refill(RunSubject subject, Loaded loaded, Consumer<LoadedPlan> prepare) {
        if (subject.plan().buffers().stream().anyMatch(buffer -> buffer.place().kind() == Kind.CONSUMED)) {
            prepare.accept(loaded.device());
        }
    }

    private static Measurement of(LoadedPlan device, double[] milliseconds, Runs runs) {
        Arrays.sort(milliseconds);
        return new Measurement(milliseconds, device.allocatedBytes(), device.timedRuns(), device.kernelTimes(),
                runs.keepsOutputs() ? device.outputs() : ImmutableMap.of());
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
