package pleat.cli.plan;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import pleat.cli.devices.DeviceTrace;
import pleat.cli.devices.Ensemble;
import pleat.passes.estimate.Estimate;
import pleat.passes.estimate.PlanStep;
import pleat.passes.estimate.Timeline;
import pleat.passes.machine.Prices;
import pleat.runtime.host.LoadedPlan;

/**
 * What a plan took on devices of this process, each with its share of the processors, on random numbers; and what its programs let expect.
 *
 * @param medianMs of runs in turns with those of the other plans
 * @param allocatedBytes of the device that has most
 * @param estimate of the programs as they ran: of the device that takes longest, with the largest arena
 * @param devices what each device did in one more run; all their times count from one moment
 */
record MeasuredPlan(double medianMs, long allocatedBytes, Estimate estimate, ImmutableList<Timeline> devices) {
    private static final int RUNS = 7;
    /** Until loops of the exchanges are machine code as well, and pages and caches are as they stay. */
    private static final long WARM_UP_NANOS = 2_500_000_000L;
    private static final int MOST_WARM_UPS = 20;

    /** In turns, so that what else the machine does meets all of them alike. */
    static ImmutableList<MeasuredPlan> of(List<Ensemble> plans, Prices prices) {
        plans.forEach(MeasuredPlan::warmUp);
        var nanos = new long[plans.size()][RUNS];
        for (int run = 0; run < RUNS; run++) {
            for (int p = 0; p < plans.size(); p++) {
                nanos[p][run] = plans.get(p).run();
            }
        }
        return IntStream.range(0, plans.size()).mapToObj(p -> {
            Arrays.sort(nanos[p]);
            var runners = plans.get(p).runners().values();
            return new MeasuredPlan(nanos[p][RUNS / 2] / 1e6, runners.stream().mapToLong(LoadedPlan::allocatedBytes).max().orElseThrow(),
                    estimate(plans.get(p), prices), watched(plans.get(p)));
        }).collect(ImmutableList.toImmutableList());
    }

    private static void warmUp(Ensemble devices) {
        long start = System.nanoTime();
        for (int run = 0; run < 2 || run < MOST_WARM_UPS && System.nanoTime() - start < WARM_UP_NANOS; run++) {
            devices.run();
        }
    }

    private static Estimate estimate(Ensemble devices, Prices prices) {
        var each = devices.runners().values().stream().map(runner -> PlanStep.of(runner.plan(), prices, 0)).toList();
        var slowest = each.stream().max((a, b) -> Double.compare(a.seconds(), b.seconds())).orElseThrow();
        return new Estimate(slowest.seconds(), each.stream().mapToLong(Estimate::peakBytes).max().orElseThrow(),
                each.stream().mapToLong(Estimate::sentBytes).max().orElseThrow(), slowest.recomputeFlops(), slowest.moments());
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
