package pleat.cli.calibrate;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.IntStream;
import pleat.cli.calibrate.KernelFit.Sample;
import pleat.cli.compile.CompiledModel;
import pleat.passes.estimate.KernelCost;
import pleat.runtime.host.PlanRunner;

/** The same program on all devices of this host at once, as they will run: they share its memory and its last cache. */
final class SideBySide {
    private static final int WARM_UPS = 2;
    private static final int RUNS = 7;
    /** Each in memory of its own: where that lies, and what else the machine did meanwhile, is another in each. */
    private static final int ROUNDS = 3;

    private SideBySide() {}

    /** The kernels of a program, and what a launch of each takes in the middle round, in the middle of its runs: steps are measured by their median too. */
    static ImmutableList<Sample> samples(CompiledModel code, int devices, int threads) {
        var middles = new LinkedHashMap<String, List<Double>>();
        for (int round = 0; round < ROUNDS; round++) {
            times(code, devices, threads).forEach((kernel, nanos) -> middles.computeIfAbsent(kernel, _ -> new ArrayList<>()).add(middle(nanos)));
        }
        return middles.entrySet().stream()
                .map(entry -> new Sample(KernelCost.of(code.plan().kernels().get(entry.getKey())).parts(), middle(entry.getValue()) / 1e9))
                .collect(ImmutableList.toImmutableList());
    }

    private static Map<String, List<Long>> times(CompiledModel code, int devices, int threads) {
        var times = new LinkedHashMap<String, List<Long>>();
        var start = new CyclicBarrier(devices);
        HostExchanges.together(IntStream.range(0, devices).<Runnable>mapToObj(_ -> () -> {
            try (var runner = new PlanRunner(code.plan(), code.sharedObject(), threads)) {
                HostKernels.fill(runner);
                var own = run(runner, start);
                synchronized (times) {
                    own.forEach((kernel, nanos) -> times.computeIfAbsent(kernel, _ -> new ArrayList<>()).addAll(nanos));
                }
            }
        }).toList());
        return times;
    }

    private static Map<String, List<Long>> run(PlanRunner runner, CyclicBarrier start) {
        var own = new LinkedHashMap<String, List<Long>>();
        for (int run = -WARM_UPS; run < RUNS; run++) {
            if (run == 0) {
                runner.onLaunch((kernel, begin, end) -> own.computeIfAbsent(kernel, _ -> new ArrayList<>()).add(end - begin));
            }
            HostExchanges.meet(start);
            runner.run();
        }
        return own;
    }

    static double middle(List<? extends Number> values) {
        double[] sorted = values.stream().mapToDouble(Number::doubleValue).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
