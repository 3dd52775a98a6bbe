package pleat.runtime.cuda;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pleat.ir.diagnostic.UserException;
import pleat.ir.plan.GpuCode;
import pleat.ir.plan.Plan;
import pleat.ir.verify.Peers;

/**
 * Logical devices that share one GPU, or the emulator. One thread asks for the steps of all of them, a device at a time until that has to wait for
 * others; an exchange is carried out when the last of its members has come to it. So every run does the same in the same order.
 */
public final class GpuGroup implements AutoCloseable {
    /** What one device runs. */
    public record Program(Plan plan, GpuCode code) {}

    private final Driver driver;
    private final GpuExchanges exchanges;
    private final List<GpuRunner> runners = new ArrayList<>();
    private Optional<Driver.Graph> graph = Optional.empty();

    /** @param driver stays open when the group is closed */
    public GpuGroup(List<Program> programs, Driver driver) {
        Peers.mismatch(programs.stream().map(Program::plan).toList()).ifPresent(mismatch -> {
            throw new UserException("the plans of the devices do not fit together: " + mismatch);
        });
        this.driver = driver;
        exchanges = new GpuExchanges(programs.stream().map(Program::plan).toList(), driver);
        Map<String, Driver.Module> loaded = new LinkedHashMap<>();
        for (Program program : programs) {
            var modules = program.code().texts().stream().map(text -> loaded.computeIfAbsent(text, driver::load)).collect(ImmutableList.toImmutableList());
            runners.add(new GpuRunner(program.plan(), program.code(), driver, modules, exchanges.device(runners.size())));
        }
    }

    /** By device. */
    public ImmutableList<GpuRunner> runners() {
        return ImmutableList.copyOf(runners);
    }

    /** Runs all plans once; returns the wall time in nanoseconds. */
    public long run() {
        long startNanos = System.nanoTime();
        try (var start = driver.mark()) {
            if (graph.isPresent()) {
                graph.get().launch();
            } else {
                steps(true);
            }
            driver.synchronize();
            long nanos = System.nanoTime() - startNanos;
            runners.forEach(runner -> runner.end(start, startNanos));
            return nanos;
        }
    }

    /** Lets all later runs ask for the whole step at once. */
    public void useGraph() {
        graph.ifPresent(Driver.Graph::close);
        graph = Optional.of(driver.capture(() -> steps(false)));
    }

    private void steps(boolean timed) {
        exchanges.begin();
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
