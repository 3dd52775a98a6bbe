package pleat.runtime.collective;

import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import pleat.ir.diagnostic.DeviceException;

/**
 * Where devices of one process meet. One lock for all: meetings are few and short. Whoever waits is woken when a device fails, or ends while it is
 * waited for.
 */
final class Rendezvous {
    private record Key(List<Integer> devices, long number) {}

    private record Turn(List<Integer> devices, int member) {}

    /**
     * How long a device that has nothing else to do looks whether the others have come before it sleeps. Devices with equal work are less apart than that,
     * and to be woken takes about as long as to send a hundred kilobytes.
     */
    private static final long AWAKE_NANOS = 1_000_000;

    private final int devices;
    /** Where devices share processors, who waits keeps away who is waited for. */
    private final boolean staysAwake;
    private final Map<Key, Meeting> meetings = new HashMap<>();
    private final Map<Turn, Long> turns = new HashMap<>();
    private final BitSet ended = new BitSet();
    private Optional<String> failure = Optional.empty();

    Rendezvous(int devices) {
        this.devices = devices;
        staysAwake = devices <= Runtime.getRuntime().availableProcessors();
    }

    int devices() {
        return devices;
    }

    /**
     * Comes to the next exchange of a group, and returns when all its members have.
     *
     * @param isAwaited whether the device has nothing else to do meanwhile
     */
    Meeting enter(Route route, String plan, MemorySegment operand, MemorySegment result, boolean isAwaited) {
        var meeting = come(route, plan, operand, result);
        wait(meeting, isAwaited, meeting::isFull);
        return meeting;
    }

    private synchronized Meeting come(Route route, String plan, MemorySegment operand, MemorySegment result) {
        var group = route.exchange().group();
        long number = turns.merge(new Turn(group.devices(), group.self()), 1L, Long::sum);
        var key = new Key(group.devices(), number);
        var what = "exchange %d of plan %s, `%s`".formatted(number, plan, route.text());
        var meeting = meetings.computeIfAbsent(key, _ -> new Meeting(group.devices(), what, group.device()));
        if (!meeting.what.equals(what)) {
            throw failed("device %d is at %s, and device %d is at %s".formatted(meeting.firstDevice, meeting.what, group.device(), what));
        }
        meeting.come(group.self(), operand, result);
        if (meeting.isFull()) {
            meetings.remove(key);
            notifyAll();
        }
        return meeting;
    }

    /** The members of one exchange, from the time when the first has come. */
    final class Meeting {
        private final List<Integer> group;
        private final String what;
        private final int firstDevice;
        private final MemorySegment[] operands;
        private final MemorySegment[] results;
        private final BitSet arrived = new BitSet();
        private final long[] sent;
        /** Of the group, so many have come. Read without the lock, as {@link #synced} is. */
        private volatile int come;
        private volatile int synced;

        private Meeting(List<Integer> group, String what, int firstDevice) {
            this.group = group;
            this.what = what;
            this.firstDevice = firstDevice;
            operands = new MemorySegment[group.size()];
            results = new MemorySegment[group.size()];
            sent = new long[group.size()];
        }

        private void come(int member, MemorySegment operand, MemorySegment result) {
            operands[member] = operand;
            results[member] = result;
            arrived.set(member);
            come = arrived.cardinality();
        }

        private boolean isFull() {
            return come == group.size();
        }

        MemorySegment operand(int member) {
            return operands[member];
        }

        MemorySegment result(int member) {
            return results[member];
        }

        /** The receiver says what it took of a sender's memory. */
        void sent(int sender, int receiver, long bytes) {
            if (sender != receiver) {
                synchronized (Rendezvous.this) {
                    sent[sender] += bytes;
                }
            }
        }

        /** Returns when all members have come so far. */
        void sync(boolean isAwaited) {
            int wanted = next();
            Rendezvous.this.wait(this, isAwaited, () -> synced >= wanted);
        }

        private int next() {
            synchronized (Rendezvous.this) {
                int round = synced + 1;
                int wanted = Math.ceilDiv(round, group.size()) * group.size();
                synced = round;
                if (round == wanted) {
                    Rendezvous.this.notifyAll();
                }
                return wanted;
            }
        }

        long sentBytes(int member) {
            synchronized (Rendezvous.this) {
                return sent[member];
            }
        }
    }

    private void wait(Meeting meeting, boolean isAwaited, BooleanSupplier isReached) {
        long end = System.nanoTime() + AWAKE_NANOS;
        while (isAwaited && staysAwake && !isReached.getAsBoolean() && System.nanoTime() < end) {
            // Whoever is waited for may be on the same processor.
            Thread.yield();
        }
        sleepUntil(meeting, isReached);
    }

    private synchronized void sleepUntil(Meeting meeting, BooleanSupplier isReached) {
        while (!isReached.getAsBoolean()) {
            failure.ifPresent(reason -> {
                throw new DeviceException(reason);
            });
            for (int member = 0; member < meeting.group.size(); member++) {
                if (!meeting.arrived.get(member) && ended.get(meeting.group.get(member))) {
                    throw failed("device %d is at %s, and device %d has ended its plan".formatted(meeting.firstDevice, meeting.what,
                            meeting.group.get(member)));
                }
            }
            try {
                wait();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted in an exchange", interrupted);
            }
        }
    }

    private DeviceException failed(String reason) {
        failure = Optional.of(failure.orElse(reason));
        notifyAll();
        return new DeviceException(reason);
    }

    synchronized void fail(int device, Throwable reason) {
        failed("device %d failed: %s".formatted(device, reason.getMessage()));
    }

    synchronized void leave(int device) {
        ended.set(device);
        notifyAll();
    }
}
