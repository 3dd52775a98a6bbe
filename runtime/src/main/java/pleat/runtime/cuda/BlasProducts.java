package pleat.runtime.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import pleat.ir.type.DType;
import pleat.runtime.cuda.PlainProduct.Matrix;

/**
 * Products of matrices by cuBLASLt, on one stream. How a product is done is asked of the library once for each product and alignment of its memory; after that
 * a product is one call, which a capture takes as it takes launches.
 */
final class BlasProducts implements AutoCloseable {
    /** What NVIDIA advises for Hopper; smaller GPUs are content with less. */
    static final long WORKSPACE_BYTES = 32L << 20;

    // Numbers of cublas_api.h, cublasLt.h and library_types.h.
    private static final int SUMS_OF_F32 = 68;
    private static final int TYPE_F32 = 0;
    private static final int TYPE_F16 = 2;
    private static final int TYPE_BF16 = 14;
    private static final int TRANSPOSED = 1;
    private static final int PRODUCT_TURNS_A = 3;
    private static final int PRODUCT_TURNS_B = 4;
    private static final int LAYOUT_BATCH = 5;
    private static final int LAYOUT_BATCH_STRIDE = 6;
    private static final int PREFER_WORKSPACE_BYTES = 1;
    private static final int PREFER_REDUCTIONS = 3;
    private static final int PREFER_ALIGNMENT_A = 5;
    private static final int PREFER_ALIGNMENT_B = 6;
    private static final int PREFER_ALIGNMENT_C = 7;
    private static final int PREFER_ALIGNMENT_D = 8;
    /** Parts of a sum are brought together in f32, or there are none: never as they are stored. */
    private static final int REDUCTIONS_IN_F32 = 2;
    private static final long MOST_ALIGNED = 256;
    /** An algorithm, bytes of its workspace, whether it can be used, and what nobody here reads. */
    private static final long RESULT_BYTES = 96;
    private static final long RESULT_WORKSPACE = 64;
    private static final long RESULT_STATE = 72;

    private record Alignments(long left, long right, long result) {}

    private record Key(PlainProduct product, Alignments alignments) {}

    /** @param algorithm with the bytes of its workspace, as the library has given them */
    private record Prepared(MemorySegment product, MemorySegment left, MemorySegment right, MemorySegment result, MemorySegment algorithm) {}

    private final BlasLibrary library;
    private final Driver driver;
    private final Supplier<MemorySegment> stream;
    private final Arena memory = Arena.ofShared();
    private final MemorySegment out = memory.allocate(JAVA_LONG);
    private final MemorySegment one = memory.allocateFrom(JAVA_FLOAT, 1);
    private final MemorySegment zero = memory.allocateFrom(JAVA_FLOAT, 0);
    private final MemorySegment handle;
    private final long workspace;
    private final Map<Key, Optional<Prepared>> prepared = new LinkedHashMap<>();
    private final List<Runnable> opened = new ArrayList<>();

    /** @param stream of the driver, with its context made that of this thread */
    BlasProducts(BlasLibrary library, Driver driver, Supplier<MemorySegment> stream) {
        this.library = library;
        this.driver = driver;
        this.stream = stream;
        stream.get();
        library.call(BlasFunction.CREATE, out);
        handle = out.get(ADDRESS, 0);
        workspace = driver.allocate(WORKSPACE_BYTES);
    }

    /**
     * What asks for a product; empty if the library has no way to do it.
     *
     * @param addresses of the parameters of the kernel that it stands for
     */
    Optional<Runnable> work(PlainProduct product, long[] addresses) {
        long left = PlainProduct.address(product.left(), addresses);
        long right = PlainProduct.address(product.right(), addresses);
        long result = PlainProduct.address(product.result(), addresses);
        var key = new Key(product, new Alignments(alignment(left), alignment(right), alignment(result)));
        return prepared.computeIfAbsent(key, this::prepare).map(how -> () -> library.call(BlasFunction.MULTIPLY, handle, how.product(), one, left, how.left(), right,
                how.right(), zero, result, how.result(), result, how.result(), how.algorithm(), workspace,
                how.algorithm().get(JAVA_LONG, RESULT_WORKSPACE), stream.get()));
    }

    private static long alignment(long address) {
        return Math.min(MOST_ALIGNED, Long.lowestOneBit(address));
    }

    private Optional<Prepared> prepare(Key key) {
        stream.get();
        var size = key.product().size();
        var description = made(BlasFunction.PRODUCT_CREATE, BlasFunction.PRODUCT_DESTROY, SUMS_OF_F32, TYPE_F32);
        var left = key.product().left();
        var right = key.product().right();
        setTurned(description, PRODUCT_TURNS_A, left);
        setTurned(description, PRODUCT_TURNS_B, right);
        var ofLeft = layout(left, size.rows(), size.depth(), size.batch());
        var ofRight = layout(right, size.depth(), size.columns(), size.batch());
        var ofResult = layout(key.product().result(), size.rows(), size.columns(), size.batch());
        var algorithm = memory.allocate(RESULT_BYTES, 8);
        boolean isSupported = library.isSupported(BlasFunction.HEURISTIC, handle, description, ofLeft, ofRight, ofResult, ofResult, preference(key.alignments()), 1,
                algorithm, out);
        return isSupported && out.get(JAVA_INT, 0) == 1 && algorithm.get(JAVA_INT, RESULT_STATE) == 0
                ? Optional.of(new Prepared(description, ofLeft, ofRight, ofResult, algorithm)) : Optional.empty();
    }

    private void setTurned(MemorySegment description, int attribute, Matrix matrix) {
        if (matrix.turned()) {
            set(BlasFunction.PRODUCT_SET, description, attribute, memory.allocateFrom(JAVA_INT, TRANSPOSED));
        }
    }

    private MemorySegment layout(Matrix matrix, long rows, long columns, long batch) {
        var layout = made(BlasFunction.LAYOUT_CREATE, BlasFunction.LAYOUT_DESTROY, type(matrix.dtype()), matrix.turned() ? columns : rows,
                matrix.turned() ? rows : columns, matrix.pitch());
        if (batch > 1) {
            set(BlasFunction.LAYOUT_SET, layout, LAYOUT_BATCH, memory.allocateFrom(JAVA_INT, (int) batch));
            set(BlasFunction.LAYOUT_SET, layout, LAYOUT_BATCH_STRIDE, memory.allocateFrom(JAVA_LONG, matrix.batchStride()));
        }
        return layout;
    }

    private static int type(DType dtype) {
        return switch (dtype) {
            case F32 -> TYPE_F32;
            case F16 -> TYPE_F16;
            case BF16 -> TYPE_BF16;
            case F64, I64, I32, I16, I8, U8, BOOL -> throw new IllegalArgumentException("no product is of " + dtype.text());
        };
    }

    private MemorySegment preference(Alignments alignments) {
        var preference = made(BlasFunction.PREFERENCE_CREATE, BlasFunction.PREFERENCE_DESTROY);
        set(BlasFunction.PREFERENCE_SET, preference, PREFER_WORKSPACE_BYTES, memory.allocateFrom(JAVA_LONG, WORKSPACE_BYTES));
        set(BlasFunction.PREFERENCE_SET, preference, PREFER_REDUCTIONS, memory.allocateFrom(JAVA_INT, REDUCTIONS_IN_F32));
        set(BlasFunction.PREFERENCE_SET, preference, PREFER_ALIGNMENT_A, memory.allocateFrom(JAVA_INT, (int) alignments.left()));
        set(BlasFunction.PREFERENCE_SET, preference, PREFER_ALIGNMENT_B, memory.allocateFrom(JAVA_INT, (int) alignments.right()));
        set(BlasFunction.PREFERENCE_SET, preference, PREFER_ALIGNMENT_C, memory.allocateFrom(JAVA_INT, (int) alignments.result()));
        set(BlasFunction.PREFERENCE_SET, preference, PREFER_ALIGNMENT_D, memory.allocateFrom(JAVA_INT, (int) alignments.result()));
        return preference;
    }

    private void set(BlasFunction function, MemorySegment description, int attribute, MemorySegment value) {
        library.call(function, description, attribute, value, value.byteSize());
    }

    private MemorySegment made(BlasFunction create, BlasFunction destroy, Object... rest) {
        var all = new Object[rest.length + 1];
        all[0] = out;
        System.arraycopy(rest, 0, all, 1, rest.length);
        library.call(create, all);
        var description = out.get(ADDRESS, 0);
        opened.add(() -> library.call(destroy, description));
        return description;
    }

    @Override
    public void close() {
        opened.forEach(Runnable::run);
        stream.get();
        library.call(BlasFunction.DESTROY, handle);
        driver.free(workspace);
        memory.close();
    }
}
