package pleat.passes.estimate;

import java.util.ArrayList;
import java.util.List;
import pleat.passes.machine.Prices;
import pleat.passes.machine.Primitive;
import pleat.passes.machine.Work;

/** A run on one device as it is simulated: what is allocated, what was done when, and what was sent. Kernels and collectives take turns. */
final class Run {
    /** What caching allocators round sizes up to. */
    private static final long GRAIN = 512;

    private final Prices prices;
    private final List<Moment> moments = new ArrayList<>();
    private final Tally tally = new Tally();
    private long live;
    private long peak;
    private double now;
    private long sent;
    private boolean isRecomputing;
    private long recomputed;

    Run(Prices prices) {
        this.prices = prices;
    }

    /** Memory that somebody holds. */
    final class Buffer {
        private final long bytes;
        private int holders = 1;

        private Buffer(long bytes) {
            this.bytes = bytes;
            live += bytes;
            peak = Math.max(peak, live);
        }

        Buffer hold() {
            holders++;
            return this;
        }

        void release() {
            if (--holders == 0) {
                live -= bytes;
            }
        }

        boolean isShared() {
            return holders > 1;
        }

        /** Whether every element is the same, which takes no memory. */
        boolean isExpanded() {
            return bytes == 0;
        }
    }

    /** New memory, with one holder. */
    Buffer allocate(long bytes) {
        return new Buffer((bytes + GRAIN - 1) / GRAIN * GRAIN);
    }

    void kernel(String what, Work work) {
        tally.add(work);
        recomputed += isRecomputing ? work.flops() : 0;
        moment(what, Moment.Stream.COMPUTE, prices.seconds(work));
    }

    /** @param bytes of the full tensor */
    void collective(String what, Primitive primitive, int ranks, long bytes) {
        tally.add(new Tally.Sent(primitive, ranks, bytes));
        sent += (long) primitive.wireBytes(ranks, bytes);
        moment(what, Moment.Stream.COMMUNICATION, prices.seconds(primitive, ranks, bytes));
    }

    /** Whether what follows was computed before. */
    void recomputing(boolean isRecomputing) {
        this.isRecomputing = isRecomputing;
    }

    private void moment(String what, Moment.Stream stream, double seconds) {
        moments.add(new Moment(what, stream, now, seconds, live));
        now += seconds;
    }

    Estimate estimate() {
        return new Estimate(now, peak, sent, recomputed, List.copyOf(moments), tally);
    }
}
