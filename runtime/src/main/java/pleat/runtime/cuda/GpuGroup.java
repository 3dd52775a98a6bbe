package pleat.runtime.cuda;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pleat.ir.diagnostic.DeviceException;
import pleat.ir.diagnostic.UserException;
import pleat.ir.plan.GpuCode;
import pleat.ir.plan.Plan;
import pleat.ir.verify.Peers;
import pleat.runtime.process.Processes;

/**
 * The devices of this process on its GPU, or on the emulator: logical devices that share it, or one device whose fellows are in other processes. One
 * thread asks for the steps of all of them, a device at a time until that has to wait for others. So every run does the same in the same order.
 */
public final class GpuGroup implements AutoCloseable {
    /** What one device runs. */
    public record Program(Plan plan, GpuCode code) {}

    private final Driver driver;
    private final GpuExchanges exchanges;
    private final List<GpuRunner> runners = new ArrayList<>();
    private final boolean hasProducts;
    private boolean hasRun;
    private boolean wantsGraph;
    private Optional<Driver.Graph> graph = Optional.empty();

    /**
     * All devices of a run, which exchange by copies.
     *
     * @param driver stays open when the group is closed
     */
    public GpuGroup(List<Program> programs, Driver driver) {
        this(programs, driver, Optional.empty());
    }

    /**
     * All devices of a run, which exchange by copies.
     *
     * @param driver stays open when the group is closed
     * @param products who computes plain products; empty: Pleat's kernels. Stay open when the group is closed
     */
    public GpuGroup(List<Program> programs, Driver driver, Optional<ProductChoices> products) {
        this(fitting(programs), driver, new LoopbackExchanges(programs.stream().map(Program::plan).toList(), driver), products);
    }

    /**
     * One device, whose fellows are in other processes with a GPU each; exchanges by NCCL. Waits for them.
     *
     * @param driver stays open when the group is closed
     * @param products as above
     */
    public static GpuGroup among(Processes processes, Program program, CudaDriver driver, Optional<ProductChoices> products) {
        return new GpuGroup(List.of(program), driver, NcclExchanges.of(program.plan(), driver, processes), products);
    }

    /** @param exchanges are closed with the group */
    GpuGroup(List<Program> programs, Driver driver, GpuExchanges exchanges, Optional<ProductChoices> products) {
        this.driver = driver;
        this.exchanges = exchanges;
        hasProducts = products.isPresent();
        Map<String, Driver.Module> loaded = new LinkedHashMap<>();
        for (Program program : programs) {
            var modules = program.code().texts().stream().map(text -> loaded.computeIfAbsent(text, driver::load)).collect(ImmutableList.toImmutableList());
            runners.add(new GpuRunner(program, driver, modules, exchanges.device(runners.size()), products));
        }
    }

    private static List<Program> fitting(List<Program> programs) {
        Peers.mismatch(programs.stream().map(Program::plan).toList()).ifPresent(mismatch -> {
            throw new UserException("the plans of the devices do not fit together: " + mismatch);
        });
        return programs;
    }

    /** By device. */
    public ImmutableList<GpuRunner> runners() {
        return ImmutableList.copyOf(runners);
    }

    /**
     * Runs all plans once, as {@link #run()} does. The first run starts kernels one by one, which gives their times.
     *
     * @param graph whether later ones ask for the whole step at once
     */
    public long run(boolean graph) {
        long nanos = run();
        wantsGraph |= graph;
        return nanos;
    }

    /** Runs all plans once; returns the wall time in nanoseconds. */
    public long run() {
        // Products are decided by the first run, which also loads what the library needs.
        if (wantsGraph && graph.isEmpty() && (hasRun || !hasProducts) && runners.stream().noneMatch(GpuRunner::isWatched)) {
            graph = Optional.of(driver.capture(() -> steps(false)));
        }
        long startNanos = System.nanoTime();
        try (var start = driver.mark()) {
            if (graph.isPresent()) {
                graph.get().launch();
            } else {
                steps(true);
            }
            synchronize();
            long nanos = System.nanoTime() - startNanos;
            hasRun = true;
            if (graph.isEmpty()) {
                runners.forEach(runner -> runner.end(start, startNanos));
            }
            return nanos;
        }
    }

    private void synchronize() {
        try {
            driver.synchronize();
        } catch (DeviceException failure) {
            // Where somebody is gone, that is the reason.
            exchanges.check();
            throw failure;
        }
        exchanges.check();
    }

    /** Lets all later runs ask for the whole step at once, as long as nobody looks at every launch. */
    public void useGraph() {
        wantsGraph = true;
    }

    private void steps(boolean timed) {
        exchanges.begin(timed);
        runners.forEach(runner -> runner.begin(timed));
        boolean moved = true;
        while (moved) {
            moved = false;
            for (GpuRunner runner : runners) {
                moved |= runner.advance();
            }
        }
        exchanges.end();
    }

    @Override
    public void close() {
        graph.ifPresent(Driver.Graph::close);
        runners.forEach(GpuRunner::close);
        exchanges.close();
    }
}
