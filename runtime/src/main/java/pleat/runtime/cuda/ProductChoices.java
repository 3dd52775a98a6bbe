package pleat.runtime.cuda;

import com.google.common.collect.ImmutableList;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * Who computes the plain products of the plans on a GPU: Pleat's kernels or cuBLASLt. A product is decided once for all devices of the GPU, so that devices
 * that compute the same get the same bits.
 */
public final class ProductChoices implements AutoCloseable {
    /** Runs of either that are timed; the fastest of each counts. */
    private static final int TRIALS = 3;

    private final BlasProducts library;
    private final Driver driver;
    private final boolean measures;
    private final Map<PlainProduct, Choice> choices = new LinkedHashMap<>();

    /**
     * What was decided of a product.
     *
     * @param kernel the first that computes it
     * @param nanos of each, where they were measured
     */
    public record Choice(String kernel, PlainProduct product, boolean isLibrary, Nanos nanos) {
        /** {@code main.09.t (256 x 256 x 256 of bf16, 128 times): cuBLASLt, 0.080 ms beside 0.100 ms}. */
        public String text() {
            var times = nanos.own().isPresent() ? ", %.3f ms beside %.3f ms".formatted((isLibrary ? nanos.library() : nanos.own()).getAsLong() / 1e6,
                    (isLibrary ? nanos.own() : nanos.library()).getAsLong() / 1e6) : "";
            return "%s (%s): %s%s".formatted(kernel, product.text(), isLibrary ? "cuBLASLt" : "Pleat", times);
        }
    }

    /** Of one launch of Pleat's kernel and of one product of the library. */
    public record Nanos(OptionalLong own, OptionalLong library) {
        private static final Nanos UNKNOWN = new Nanos(OptionalLong.empty(), OptionalLong.empty());
    }

    /** @param measures whether the faster of both is taken; else cuBLASLt, wherever it can */
    ProductChoices(BlasLibrary library, Driver driver, Supplier<MemorySegment> stream, boolean measures) {
        this.library = new BlasProducts(library, driver, stream);
        this.driver = driver;
        this.measures = measures;
    }

    /**
     * With the cuBLASLt of this machine.
     *
     * @param driver stays open
     * @param measures whether the faster of both is taken; else cuBLASLt, wherever it can
     */
    public static ProductChoices open(CudaDriver driver, boolean measures) {
        return new ProductChoices(BlasLibrary.load(), driver, driver::stream, measures);
    }

    /** Whether what is chosen depends on times, which differ from run to run. */
    public boolean measures() {
        return measures;
    }

    /** Bytes of the GPU that the library works in, beside arenas. */
    public long workspaceBytes() {
        return BlasProducts.WORKSPACE_BYTES;
    }

    /** In the order in which they were met. */
    public ImmutableList<Choice> all() {
        return ImmutableList.copyOf(choices.values());
    }

    /** A launch of a kernel that is a plain product. */
    record Asked(String kernel, PlainProduct product, long[] addresses) {}

    /**
     * What is to be asked for in place of a launch, or the launch.
     *
     * @param own asks for Pleat's kernel
     * @param mayMeasure whether now is the time to try what was not yet decided; both are run then
     */
    Runnable work(Asked asked, Runnable own, boolean mayMeasure) {
        var ofLibrary = asked.product().isApart(asked.addresses()) ? library.work(asked.product(), asked.addresses()) : Optional.<Runnable>empty();
        if (ofLibrary.isEmpty()) {
            return own;
        }
        if (!measures) {
            choices.putIfAbsent(asked.product(), new Choice(asked.kernel(), asked.product(), true, Nanos.UNKNOWN));
        } else if (mayMeasure && !choices.containsKey(asked.product())) {
            choices.put(asked.product(), measured(asked, own, ofLibrary.get()));
        }
        var choice = choices.get(asked.product());
        return choice != null && choice.isLibrary() ? ofLibrary.get() : own;
    }

    private Choice measured(Asked asked, Runnable own, Runnable ofLibrary) {
        // Either may have code to load.
        own.run();
        ofLibrary.run();
        long ownNanos = Long.MAX_VALUE;
        long libraryNanos = Long.MAX_VALUE;
        for (int trial = 0; trial < TRIALS; trial++) {
            ownNanos = Math.min(ownNanos, nanos(own));
            libraryNanos = Math.min(libraryNanos, nanos(ofLibrary));
        }
        return new Choice(asked.kernel(), asked.product(), libraryNanos < ownNanos, new Nanos(OptionalLong.of(ownNanos), OptionalLong.of(libraryNanos)));
    }

    private long nanos(Runnable work) {
        try (var from = driver.mark()) {
            work.run();
            try (var to = driver.mark()) {
                return driver.nanosBetween(from, to);
            }
        }
    }

    @Override
    public void close() {
        library.close();
    }
}
