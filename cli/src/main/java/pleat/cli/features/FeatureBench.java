package pleat.cli.features;

import java.io.PrintWriter;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import pleat.cli.TemporaryFolder;
import pleat.features.sample.SampleRequest;
import pleat.features.stream.CachedFeatures.Entry;
import pleat.features.stream.FeatureStream;
import pleat.features.stream.FeatureStream.Failed;

/** Measures how many samples a second come out of the stream, with and without some that wait for something that is not the processor. */
final class FeatureBench {
    private static final int SAMPLES = 400;
    private static final int ONE_IN = 20;
    /** How many samples come out in the time that a delayed one waits: a window and some workers have to make up for it. */
    private static final int DELAYED_BY = 20;
    private static final int ROUNDS = 3;

    private final FeatureOptions options;
    private final List<SampleRequest> requests;
    private final int workers;
    private final int window;
    private final Consumer<String> note;

    FeatureBench(FeatureOptions options, List<SampleRequest> requests, int workers, int window, Consumer<String> note) {
        this.options = options;
        this.requests = requests;
        this.workers = workers;
        this.window = window;
        this.note = note;
    }

    /**
     * What `pleat features --bench --json` prints. Rates are the best of several rounds in turns.
     *
     * @param delayMs how long one sample in {@code delayedOneIn} waits
     * @param ratio of the two rates: 1 if the delays cost nothing
     */
    record Result(int samples, int workers, int window, int delayedOneIn, double delayMs, double plainPerSecond, double delayedPerSecond,
            double ratio) {
        void print(PrintWriter out) {
            out.printf("  %d samples, %d workers, a window of %d%n", samples, workers, window);
            out.printf("  %.1f samples/s, and with one in %d delayed by %.0f ms %.1f: %.1f %% of it%n",
                    plainPerSecond, delayedOneIn, delayMs, delayedPerSecond, 100 * ratio);
            out.flush();
        }
    }

    Result run() throws InterruptedException {
        rate(0); // until the compiler of the JVM has seen the code
        double plain = rate(0);
        double delayMs = DELAYED_BY / plain * 1e3;
        double delayed = rate(delayMs);
        for (int round = 1; round < ROUNDS; round++) {
            plain = Math.max(plain, rate(0));
            delayed = Math.max(delayed, rate(delayMs));
        }
        return new Result(SAMPLES, workers, window, ONE_IN, delayMs, plain, delayed, delayed / plain);
    }

    /** Samples a second from an empty cache. */
    private double rate(double delayMs) throws InterruptedException {
        try (var folder = TemporaryFolder.create()) {
            IntFunction<Entry> work = index -> {
                if (delayMs > 0 && index % ONE_IN == 0) {
                    waited(delayMs);
                }
                return options.made(folder.path(), note, "bench " + index).get(requests.get(index % requests.size()));
            };
            var started = System.nanoTime();
            try (var stream = new FeatureStream<>(SAMPLES, work, workers, window)) {
                int delivered = 0;
                for (var next = stream.next(); next.isPresent(); next = stream.next()) {
                    if (next.get().outcome() instanceof Failed<Entry>(RuntimeException reason)) {
                        throw reason;
                    }
                    delivered++;
                }
                return delivered / ((System.nanoTime() - started) / 1e9);
            }
        }
    }

    private static void waited(double milliseconds) {
        try {
            Thread.sleep((long) milliseconds);
        } catch (InterruptedException ended) {
            throw new IllegalStateException(ended);
        }
    }
}
