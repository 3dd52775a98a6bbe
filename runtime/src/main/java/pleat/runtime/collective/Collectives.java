package pleat.runtime.collective;

import java.lang.foreign.MemorySegment;

/**
 * One device's connection to the others of a run. All devices start the exchanges of their plans in an order in which they meet; what one
 * device does wrong, or its end, ends the run of all with its name.
 */
public interface Collectives extends AutoCloseable {
    /** The number of this device. */
    int device();

    /** How many devices the run has. */
    int devices();

    /** Memory beside the arena in which blocks are put together and wait. */
    long stagingBytes();

    /**
     * Begins an exchange. From now on until it has landed nobody may write {@code operand}, nor touch {@code result}.
     *
     * @param isAwaitedAtOnce whether the device has nothing to do meanwhile, so that nobody else need be woken up for it
     */
    Flight start(Route route, MemorySegment operand, MemorySegment result, boolean isAwaitedAtOnce);

    /** Tells the others that this device cannot go on; what they wait for ends with this reason. */
    void fail(Throwable reason);

    /** This device has ended its plan, as often as it was to run it. */
    @Override
    void close();

    /** An exchange under way. */
    interface Flight {
        /** Returns when the result is there and the operand is needed no more. */
        Landing await();
    }

    /**
     * What an exchange came to.
     *
     * @param sentBytes that this device gave to others
     * @param startNanos when the elements began to move, by {@link System#nanoTime}
     * @param endNanos when the last one was there
     */
    record Landing(long sentBytes, long startNanos, long endNanos) {}
}
