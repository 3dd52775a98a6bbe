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

    private final int devices;
    private final Map<Key, Meeting> meetings = new HashMap<>();
    private final Map<Turn, Long> turns = new HashMap<>();
    private final BitSet ended = new BitSet();
    private Optional<String> failure = Optional.empty();

    Rendezvous(int devices) {
        this.devices = devices;
    }

    int devices() {
        return devices;
    }

    /** Comes to the next exchange of a group, and returns when all its members have. */
    synchronized Meeting enter(Route route, String plan, MemorySegment operand, MemorySegment result) {
        var group = route.exchange().group();
        long number = turns.merge(new Turn(group.devices(), group.self()), 1L, Long::sum);
        var key = new Key(group.devices(), number);
        var what = "exchange %d of plan %s, `%s`".formatted(number, plan, route.text());
        var meeting = meetings.computeIfAbsent(key, _ -> new Meeting(group.devices(), what, group.device()));
        if (!meeting.what.equals(what)) {
            throw failed("device %d is at %s, and device %d is at %s".formatted(meeting.firstDevice, meeting.what, group.device(), what));
        }
        meeting.operands[group.self()] = operand;
        meeting.results[group.self()] = result;
        meeting.arrived.set(group.self());
        if (meeting.isFull()) {
            meetings.remove(key);
            notifyAll();
        }
        waitFor(meeting, meeting::isFull);
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
        private int synced;

        private Meeting(List<Integer> group, String what, int firstDevice) {
            this.group = group;
            this.what = what;
            this.firstDevice = firstDevice;
            operands = new MemorySegment[group.size()];
            results = new MemorySegment[group.size()];
            sent = new long[group.size()];
        }

        private boolean isFull() {
            return arrived.cardinality() == group.size();
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
        void sync() {
            synchronized (Rendezvous.this) {
                int round = ++synced;
                int wanted = Math.ceilDiv(round, group.size()) * group.size();
                if (synced == wanted) {
                    Rendezvous.this.notifyAll();
                }
                waitFor(this, () -> synced >= wanted);
            }
        }

        long sentBytes(int member) {
            synchronized (Rendezvous.this) {
                return sent[member];
            }
        }
    }

    private void waitFor(Meeting meeting, BooleanSupplier isReached) {
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
