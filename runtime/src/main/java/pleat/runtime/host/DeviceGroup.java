package pleat.runtime.host;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import pleat.ir.diagnostic.DeviceException;
import pleat.ir.diagnostic.PleatException;
import pleat.ir.diagnostic.UserException;
import pleat.ir.plan.Plan;
import pleat.ir.verify.Peers;
import pleat.runtime.collective.ThreadCollectives;

/** The devices of a run in one process: each has its plan, its arena and its threads. */
public final class DeviceGroup implements AutoCloseable {
    /** What one device runs; devices with equal kernels share the code. */
    public record Program(Plan plan, Path sharedObject) {}

    private record Failure(int device, Throwable thrown) {}

    private final ImmutableList<ThreadCollectives> collectives;
    private final List<PlanRunner> runners = new ArrayList<>();
    private final ExecutorService threads;

    /**
     * @param name of the plan that all of them are parts of
     * @param threadsEach of a device
     */
    public DeviceGroup(String name, List<Program> programs, int threadsEach) {
        Peers.mismatch(programs.stream().map(Program::plan).toList()).ifPresent(mismatch -> {
            throw new UserException("the plans of the devices do not fit together: " + mismatch);
        });
        collectives = ThreadCollectives.of(programs.stream().map(_ -> name).toList());
        threads = Executors.newFixedThreadPool(programs.size(), Thread.ofPlatform().daemon().name("pleat-device-", 0).factory());
        try {
            for (int d = 0; d < programs.size(); d++) {
                runners.add(new PlanRunner(programs.get(d).plan(), programs.get(d).sharedObject(), threadsEach, collectives.get(d)));
            }
        } catch (RuntimeException failure) {
            close();
            throw failure;
        }
    }

    /** By device. */
    public ImmutableList<PlanRunner> runners() {
        return ImmutableList.copyOf(runners);
    }

    /**
     * Runs all plans once, side by side; returns the wall time in nanoseconds.
     *
     * @throws PleatException where a device failed; the others have ended too, and it names the one that was first
     */
    public long run() {
        long start = System.nanoTime();
        var failures = new ConcurrentLinkedQueue<Failure>();
        var running = new ArrayList<Future<?>>();
        for (int d = 0; d < runners.size(); d++) {
            int device = d;
            running.add(threads.submit(() -> {
                try {
                    runners.get(device).run();
                } catch (Throwable thrown) {
                    failures.add(new Failure(device, thrown));
                    collectives.get(device).fail(thrown);
                }
            }));
        }
        running.forEach(DeviceGroup::await);
        if (!failures.isEmpty()) {
            throw explained(failures.element());
        }
        return System.nanoTime() - start;
    }

    private static void await(Future<?> device) {
        try {
            device.get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while devices run", interrupted);
        } catch (java.util.concurrent.ExecutionException failure) {
            throw new IllegalStateException("a device's failure was not caught", failure.getCause());
        }
    }

    private static RuntimeException explained(Failure failure) {
        var message = "device %d failed: %s".formatted(failure.device(), failure.thrown().getMessage());
        return switch (failure.thrown()) {
            case UserException user -> new UserException(message, user);
            case DeviceException device -> new DeviceException(message, device);
            case Throwable bug -> new IllegalStateException(message, bug);
        };
    }

    @Override
    public void close() {
        threads.shutdown();
        collectives.forEach(ThreadCollectives::close);
        runners.forEach(PlanRunner::close);
    }
}
