package pleat.runtime.cuda;

import java.lang.foreign.MemorySegment;
import pleat.ir.plan.TensorMap;

/**
 * What Pleat asks of a CUDA driver, so that a program runs unchanged on a GPU and on the emulator. Calls take effect in the order in which
 * they are made, as on one stream.
 */
public interface Driver extends AutoCloseable {

    /** Makes the kernels of a PTX text ready to launch. */
    Module load(String ptx);

    /** The address of fresh device memory, at least 256-byte aligned. What it holds is not defined. */
    long allocate(long bytes);

    void free(long address);

    /** Copies to the device. */
    void write(long address, MemorySegment source);

    /** Copies from the device, after everything asked for before. */
    void read(MemorySegment target, long address);

    void copy(long target, long source, long bytes);

    void fill(long address, byte value, long bytes);

    /**
     * A tensor map for a launch, {@link TensorMap#BYTES} that mean something to this device alone.
     *
     * @param address of element 0, a multiple of {@link TensorMap#ALIGNMENT_BYTES}
     */
    byte[] encode(TensorMap map, long address);

    void launch(Launch launch);

    /** Returns when everything asked for before is done. */
    void synchronize();

    /** Marks a point between what was asked for before and what comes after. */
    Mark mark();

    /** Lets what is asked for from now on begin only when a mark of another driver of the same device is reached. */
    void waitFor(Mark mark);

    /** The time from one mark to a later one, after waiting for that. */
    long nanosBetween(Mark from, Mark to);

    /**
     * Notes launches, copies and fills instead of doing them, so that all of them can be asked for at once, and again and again.
     *
     * @param work asks for nothing else
     */
    Graph capture(Runnable work);

    @Override
    void close();

    /** The kernels of one PTX text. */
    interface Module {
        /** The kernel of this name. */
        Kernel kernel(String name);
    }

    /** Something that can be launched. */
    interface Kernel {
        String name();
    }

    /** A point in the order of what is asked for. */
    interface Mark extends AutoCloseable {
        @Override
        void close();
    }

    /** What was captured. */
    interface Graph extends AutoCloseable {
        void launch();

        @Override
        void close();
    }

    /** Numbers of blocks or of threads along three axes. */
    record Extent(int x, int y, int z) {
        public Extent {
            if (x < 1 || y < 1 || z < 1) {
                throw new IllegalArgumentException("extents are at least 1, not " + x + ", " + y + ", " + z);
            }
        }

        public static Extent of(int x) {
            return new Extent(x, 1, 1);
        }

        public long count() {
            return (long) x * y * z;
        }
    }

    /**
     * One launch.
     *
     * @param sharedBytes shared memory beyond what the kernel declares
     * @param parameters the bytes of the parameters, each at its natural alignment; see {@link Parameters}
     */
    record Launch(Kernel kernel, Extent grid, Extent block, int sharedBytes, byte[] parameters) {}
}
