package pleat.cli.plan;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import pleat.cli.compile.ModelCache;
import pleat.cli.compile.Phases;
import pleat.cli.devices.DeviceTrace;
import pleat.cli.devices.Ensemble;
import pleat.cli.devices.PlanExecution;
import pleat.cli.run.SyntheticTensors;
import pleat.cli.saved.SavedPlan;
import pleat.passes.estimate.Timeline;
import pleat.runtime.host.PlanRunner;

/**
 * What a plan took on devices of this process, each with its share of the processors, on random numbers.
 *
 * @param medianMs of the runs behind the first
 * @param allocatedBytes of the device that has most
 * @param devices what each device did in one more run; all their times count from one moment
 */
record MeasuredPlan(double medianMs, long allocatedBytes, ImmutableList<Timeline> devices) {
    private static final int RUNS = 3;

    static MeasuredPlan of(SavedPlan saved, Path cache, Consumer<String> note) {
        var place = new PlanExecution.Place(PlanExecution.Place.share(saved.devices()), cache, Optional.empty());
        try (var execution = PlanExecution.prepare(saved, place, Phases.quiet(), note)) {
            var devices = execution.ensemble();
            execution.tensors().fill(devices.runners(), buffer -> SyntheticTensors.of(buffer, SyntheticTensors.SEED));
            devices.run();
            var nanos = new long[RUNS];
            Arrays.setAll(nanos, _ -> devices.run());
            Arrays.sort(nanos);
            return new MeasuredPlan(nanos[RUNS / 2] / 1e6, devices.runners().values().stream().mapToLong(PlanRunner::allocatedBytes).max().orElseThrow(),
                    watched(devices));
        }
    }

    /** Behind the runs that are timed, because writing down what happens takes time too. */
    private static ImmutableList<Timeline> watched(Ensemble devices) {
        var trace = new DeviceTrace();
        devices.runners().forEach(trace::watch);
        devices.run();
        var bytes = ImmutableMap.<Integer, Long>builder();
        devices.runners().forEach((device, runner) -> bytes.put(device, runner.allocatedBytes()));
        return trace.timelines(bytes.buildOrThrow());
    }
}
