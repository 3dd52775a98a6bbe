package pleat.features.stream;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.BitSet;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/**
 * Makes things ahead of their reader, in several threads. They are handed out as soon as they are there, the earliest first, and never
 * further than a window ahead of the earliest that is missing: one that takes long stalls the others only when the window is full, and
 * what waits to be read is bounded. What a thing is does not depend on when it is handed out.
 */
public final class FeatureStream<T> implements AutoCloseable {
    private final IntFunction<T> work;
    private final int count;
    private final int window;
    private final ExecutorService workers;
    private final PriorityQueue<Delivery<T>> finished = new PriorityQueue<>();
    private final BitSet delivered = new BitSet();
    private int started;
    private int handedOut;

    /** Thing {@code index}, or why there is none. */
    public record Delivery<T>(int index, Outcome<T> outcome) implements Comparable<Delivery<T>> {
        @Override
        public int compareTo(Delivery<T> other) {
            return Integer.compare(index, other.index);
        }
    }

    /** What became of the work. */
    public sealed interface Outcome<T> {}

    public record Made<T>(T value) implements Outcome<T> {}

    public record Failed<T>(Throwable reason) implements Outcome<T> {}

    /**
     * @param work makes thing {@code index} of {@code count}; called in any thread
     * @param window how many things, counted from the earliest that is missing, may be made or handed out
     */
    public FeatureStream(int count, IntFunction<T> work, int threads, int window) {
        checkArgument(count >= 0 && threads >= 1 && window >= 1, "%s things, %s threads, a window of %s", count, threads, window);
        this.work = work;
        this.count = count;
        this.window = window;
        this.workers = Executors.newFixedThreadPool(threads, Thread.ofPlatform().daemon().name("features-", 0).factory());
        start();
    }

    /** Waits for the next thing; empty when all were handed out. */
    public synchronized Optional<Delivery<T>> next() throws InterruptedException {
        if (handedOut == count) {
            return Optional.empty();
        }
        while (finished.isEmpty()) {
            wait();
        }
        var first = finished.remove();
        delivered.set(first.index());
        handedOut++;
        start();
        return Optional.of(first);
    }

    private synchronized void start() {
        int earliestMissing = delivered.nextClearBit(0);
        while (started < Math.min(count, earliestMissing + window)) {
            int index = started++;
            workers.execute(() -> finish(new Delivery<>(index, outcome(index))));
        }
    }

    private Outcome<T> outcome(int index) {
        try {
            return new Made<>(work.apply(index));
        } catch (RuntimeException | Error failure) { // an error too: whoever waits for this thing would wait for ever
            return new Failed<>(failure);
        }
    }

    private synchronized void finish(Delivery<T> delivery) {
        finished.add(delivery);
        notifyAll();
    }

    /** Ends the threads; what they are at is given up. */
    @Override
    public void close() {
        workers.shutdownNow();
        try {
            workers.awaitTermination(1, TimeUnit.MINUTES);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
