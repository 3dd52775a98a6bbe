package pleat.runtime.emulator;

import java.util.ArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Threads that run blocks; whoever launches is one of them. */
final class Workers implements AutoCloseable {
    private final int size;
    private final ExecutorService others;

    Workers(int size) {
        this.size = size;
        others = Executors.newFixedThreadPool(Math.max(1, size - 1), Thread.ofPlatform().daemon().name("pleat-emulator-", 0).factory());
    }

    int size() {
        return size;
    }

    /** Runs a task so many times side by side, and returns when all have ended. */
    void run(int count, Runnable task) {
        var running = new ArrayList<Future<?>>();
        for (int w = 1; w < count; w++) {
            running.add(others.submit(task));
        }
        task.run();
        running.forEach(Workers::await);
    }

    private static void await(Future<?> task) {
        try {
            task.get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a kernel is emulated", interrupted);
        } catch (ExecutionException failure) {
            throw new IllegalStateException("a worker of the emulator failed", failure.getCause());
        }
    }

    @Override
    public void close() {
        others.shutdown();
    }
}
