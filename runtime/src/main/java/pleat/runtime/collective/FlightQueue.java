package pleat.runtime.collective;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import pleat.runtime.collective.Collectives.Flight;
import pleat.runtime.collective.Collectives.Landing;

/**
 * The exchanges that a device has started, done one after the other in that order by a thread beside its own; or by its own, when it waits for one
 * that the other thread has not come to.
 */
public final class FlightQueue implements AutoCloseable {
    /** How an exchange is done; returns when it is. */
    public interface Carrier {
        /** @param isAwaited whether the device does it itself, and has nothing else to do meanwhile */
        Landing carry(Route route, MemorySegment operand, MemorySegment result, boolean isAwaited);
    }

    private final Carrier carrier;
    private final Deque<Pending> waiting = new ArrayDeque<>();
    private final ReentrantLock queueLock = new ReentrantLock();
    private final Condition somethingToDo = queueLock.newCondition();
    /** Held while an exchange is done. */
    private final ReentrantLock carrying = new ReentrantLock();
    private final String name;
    private boolean hasThread;
    private boolean isClosed;

    public FlightQueue(String name, Carrier carrier) {
        this.name = name;
        this.carrier = carrier;
    }

    private final class Pending implements Flight {
        private final Route route;
        private final MemorySegment operand;
        private final MemorySegment result;
        private Landing landing;
        private RuntimeException failure;

        Pending(Route route, MemorySegment operand, MemorySegment result) {
            this.route = route;
            this.operand = operand;
            this.result = result;
        }

        private boolean isDone() {
            return landing != null || failure != null;
        }

        private void carry(boolean isAwaited) {
            try {
                landing = carrier.carry(route, operand, result, isAwaited);
            } catch (RuntimeException thrown) {
                failure = thrown;
            } catch (Error thrown) { // of the thread beside, where nobody else would hear of it
                failure = new IllegalStateException("an exchange broke off: " + thrown, thrown);
            }
        }

        @Override
        public Landing await() {
            carrying.lock();
            try {
                while (!isDone()) {
                    next().carry(true);
                }
            } finally {
                carrying.unlock();
            }
            if (failure != null) {
                throw failure;
            }
            return landing;
        }
    }

    public Flight start(Route route, MemorySegment operand, MemorySegment result, boolean isAwaitedAtOnce) {
        var flight = new Pending(route, operand, result);
        queueLock.lock();
        try {
            waiting.add(flight);
            if (!isAwaitedAtOnce) {
                wake();
            }
        } finally {
            queueLock.unlock();
        }
        return flight;
    }

    private void wake() {
        if (!hasThread) {
            hasThread = true;
            Thread.ofPlatform().daemon().name(name).start(this::work);
        }
        somethingToDo.signal();
    }

    /** The first that is waiting; only with {@link #carrying} held, so that nobody overtakes it. */
    private Pending next() {
        queueLock.lock();
        try {
            return waiting.remove();
        } finally {
            queueLock.unlock();
        }
    }

    private void work() {
        while (waitForWork()) {
            carrying.lock();
            try {
                // The device's own thread may have been quicker.
                if (hasWork()) {
                    next().carry(false);
                }
            } finally {
                carrying.unlock();
            }
        }
    }

    private boolean hasWork() {
        queueLock.lock();
        try {
            return !waiting.isEmpty();
        } finally {
            queueLock.unlock();
        }
    }

    private boolean waitForWork() {
        queueLock.lock();
        try {
            while (waiting.isEmpty() && !isClosed) {
                somethingToDo.awaitUninterruptibly();
            }
            return !isClosed;
        } finally {
            queueLock.unlock();
        }
    }

    @Override
    public void close() {
        queueLock.lock();
        try {
            isClosed = true;
            waiting.clear();
            somethingToDo.signal();
        } finally {
            queueLock.unlock();
        }
    }
}
