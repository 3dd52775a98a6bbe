package pleat.runtime.cuda;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pleat.ir.diagnostic.DeviceException;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Step;
import pleat.runtime.collective.Route;
import pleat.runtime.collective.Routes;
import pleat.runtime.process.Processes;

/** The exchanges of a device whose fellows are in other processes: beside its kernels, on a stream of their own, in the order of the plan. */
final class NcclExchanges implements GpuExchanges, GpuExchanges.Device {
    private final Streams streams;
    private final NcclGroups groups;
    private final NcclCarrier carrier;
    private final ExchangeTimes times;
    private final Map<Step.Start, Route> routes = new IdentityHashMap<>();
    private final Map<Integer, Driver.Mark> underWay = new LinkedHashMap<>();
    private final List<Driver.Mark> passed = new ArrayList<>();
    private boolean isTimed = true;

    /**
     * Two orders of calls on one device.
     *
     * @param kernels of the plan
     * @param exchanges where NCCL's calls are too
     */
    record Streams(Driver kernels, Driver exchanges) {}

    NcclExchanges(Plan plan, Streams streams, NcclGroups groups) {
        this.streams = streams;
        this.groups = groups;
        Routes.starts(plan.steps()).forEach(start -> routes.put(start, Route.of(plan, start)));
        carrier = new NcclCarrier(List.copyOf(routes.values()), streams.exchanges(), groups);
        times = new ExchangeTimes(streams.exchanges());
    }

    /** Those of a GPU of this process; waits for the other processes. */
    static NcclExchanges of(Plan plan, CudaDriver driver, Processes processes) {
        var beside = driver.beside();
        var groups = new NcclGroups(NcclLibrary.load(), processes, Routes.of(plan), beside.stream());
        return new NcclExchanges(plan, new Streams(driver, beside), groups);
    }

    @Override
    public Device device(int number) {
        return this;
    }

    @Override
    public void begin(boolean timed) {
        isTimed = timed;
        forget();
        times.drop();
    }

    @Override
    public void start(Step.Start step, long operand, long result) {
        var route = routes.get(step);
        streams.exchanges().waitFor(marked(streams.kernels()));
        if (isTimed) {
            var from = streams.exchanges().mark();
            carrier.carry(route, operand, result);
            times.landed(step, route, from);
        } else {
            carrier.carry(route, operand, result);
        }
        underWay.put(step.flight(), marked(streams.exchanges()));
    }

    private Driver.Mark marked(Driver driver) {
        var mark = driver.mark();
        passed.add(mark);
        return mark;
    }

    @Override
    public void await(int flight) {
        streams.kernels().waitFor(underWay.remove(flight));
    }

    /** The GPU waits, and nobody else. */
    @Override
    public boolean isFree() {
        return true;
    }

    @Override
    public ExchangeTimes times() {
        return times;
    }

    @Override
    public long stagingBytes() {
        return carrier.stagingBytes();
    }

    @Override
    public void end() {
        if (!underWay.isEmpty()) {
            throw new DeviceException("nobody waits for the exchanges " + underWay.keySet());
        }
    }

    @Override
    public void check() {
        groups.check();
    }

    private void forget() {
        underWay.clear();
        passed.forEach(Driver.Mark::close);
        passed.clear();
    }

    @Override
    public void close() {
        groups.close();
        forget();
        times.drop();
        carrier.close();
        if (streams.exchanges() != streams.kernels()) {
            streams.exchanges().close();
        }
    }
}
