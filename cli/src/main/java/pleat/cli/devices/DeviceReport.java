package pleat.cli.devices;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import pleat.cli.Table;
import pleat.cli.compile.Bytes;
import pleat.runtime.host.ExchangeRunner.ExchangeTime;
import pleat.runtime.host.LoadedPlan;
import pleat.runtime.host.PlanRunner.KernelTime;

/**
 * What `pleat run PLAN --json` prints.
 *
 * @param plan its name: equal where it is the same plan
 * @param devices those of the process that reports
 */
public record DeviceReport(String plan, Run run, List<OfDevice> devices, Map<String, String> facts, Map<String, Double> phasesMs) {

    /** @param devices of the plan, in this process and others */
    public record Run(String model, String devicesAre, int devices, int threads, double medianMs) {}

    /**
     * One device. Numbers of exchanges are those of one run in which they were timed.
     *
     * @param plannedSentBytes what the plan says that it sends
     */
    public record OfDevice(int device, long plannedBytes, long allocatedBytes, long plannedSentBytes, Exchanges exchanges) {
        public static OfDevice of(int device, LoadedPlan runner) {
            int runs = Math.max(1, runner.timedRuns());
            var times = runner.exchangeTimes();
            long planned = times.stream().mapToLong(time -> time.count() / runs * time.plannedBytes()).sum();
            return new OfDevice(device, runner.plannedBytes(), runner.allocatedBytes(), planned, Exchanges.of(runner, times, runs));
        }
    }

    /**
     * @param stagingBytes beside the arena, in which blocks are put together and wait
     * @param movingMs in which elements moved
     * @param waitingMs in which the device had nothing to do but to wait
     * @param kernelsMs in which it computed
     */
    public record Exchanges(long sentBytes, long stagingBytes, double movingMs, double waitingMs, double kernelsMs, List<Step> steps) {
        static Exchanges of(LoadedPlan runner, List<ExchangeTime> times, int runs) {
            return new Exchanges(times.stream().mapToLong(ExchangeTime::sentBytes).sum() / runs, runner.stagingBytes(),
                    times.stream().mapToLong(ExchangeTime::movingNanos).sum() / 1e6 / runs,
                    times.stream().mapToLong(ExchangeTime::waitingNanos).sum() / 1e6 / runs,
                    runner.kernelTimes().stream().mapToLong(KernelTime::nanos).sum() / 1e6 / runs,
                    times.stream().map(time -> Step.of(time, runs)).toList());
        }
    }

    /** One exchange of the plan. */
    public record Step(int flight, String what, long count, long plannedBytes, long sentBytes, double movingMs, double waitingMs) {
        static Step of(ExchangeTime time, int runs) {
            return new Step(time.flight(), time.what(), time.count() / runs, time.plannedBytes() * (time.count() / runs), time.sentBytes() / runs,
                    time.movingNanos() / 1e6 / runs, time.waitingNanos() / 1e6 / runs);
        }
    }

    public void print(PrintWriter out) {
        out.println("%s on %d devices (%s), threads each: %d".formatted(run.model(), run.devices(), run.devicesAre(), run.threads()));
        out.println("plan %s: %.2f ms, median".formatted(plan, run.medianMs()));
        facts.forEach((name, value) -> out.println("  expected " + name + ": " + value));
        var table = new Table("device", "arena", "planned", "staging", "sent", "planned", "kernels ms", "moving ms", "waiting ms");
        devices.forEach(device -> table.row(Integer.toString(device.device()), Bytes.text(device.allocatedBytes()), Bytes.text(device.plannedBytes()),
                Bytes.text(device.exchanges().stagingBytes()),
                Bytes.text(device.exchanges().sentBytes()), Bytes.text(device.plannedSentBytes()), "%.2f".formatted(device.exchanges().kernelsMs()),
                "%.2f".formatted(device.exchanges().movingMs()), "%.2f".formatted(device.exchanges().waitingMs())));
        table.print(out, 1);
        out.flush();
    }
}
