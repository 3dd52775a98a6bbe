package pleat.runtime.host;

import java.util.ArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/** A fixed number of threads, the caller among them, that do one thing together. */
final class ThreadTeam implements AutoCloseable {
    private final int size;
    private final ExecutorService others;

    ThreadTeam(int size) {
        this.size = size;
        others = Executors.newFixedThreadPool(Math.max(1, size - 1), Thread.ofPlatform().daemon().name("pleat-", 1).factory());
    }

    int size() {
        return size;
    }

    /** Runs {@code work} once per member, numbered from 0, and returns when all are done. */
    void run(IntConsumer work) {
        var pending = new ArrayList<Future<?>>();
        for (int member = 1; member < size; member++) {
            int number = member;
            pending.add(others.submit(() -> work.accept(number)));
        }
        work.accept(0);
        for (var future : pending) {
            await(future);
        }
    }

    private static void await(Future<?> future) {
        try {
            future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while kernels run", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a thread of the team failed", e.getCause());
        }
    }

    @Override
    public void close() {
        others.shutdown();
    }
}
