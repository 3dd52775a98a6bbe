package pleat.runtime.collective;

import com.google.common.collect.ImmutableList;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import pleat.ir.index.Reduction;

/** Devices that are groups of threads of one process: they read each other's operands where these lie, and nothing is copied twice. */
public final class ThreadCollectives implements Collectives {
    private final int device;
    private final Rendezvous rendezvous;
    private final String plan;
    private final FlightQueue queue;

    private ThreadCollectives(int device, Rendezvous rendezvous, String plan) {
        this.device = device;
        this.rendezvous = rendezvous;
        this.plan = plan;
        queue = new FlightQueue("pleat-exchange-" + device, this::carry);
    }

    /**
     * The connections of the devices of one run.
     *
     * @param plans by device: what names the plan that it runs; a device whose plan is called otherwise meets nobody
     */
    public static ImmutableList<ThreadCollectives> of(List<String> plans) {
        var rendezvous = new Rendezvous(plans.size());
        return IntStream.range(0, plans.size()).mapToObj(d -> new ThreadCollectives(d, rendezvous, plans.get(d)))
                .collect(ImmutableList.toImmutableList());
    }

    @Override
    public int device() {
        return device;
    }

    @Override
    public int devices() {
        return rendezvous.devices();
    }

    /** What others have is read where it lies. */
    @Override
    public long stagingBytes() {
        return 0;
    }

    @Override
    public Flight start(Route route, MemorySegment operand, MemorySegment result, boolean isAwaitedAtOnce) {
        return queue.start(route, operand, result, isAwaitedAtOnce);
    }

    private Landing carry(Route route, MemorySegment operand, MemorySegment result, boolean isAwaited) {
        var meeting = rendezvous.enter(route, plan, operand, result, isAwaited);
        long start = System.nanoTime();
        int self = route.self();
        if (route.isReductionForAll()) {
            reduce(route.scatterOfStripes(), meeting, route.stripe(self, result));
            meeting.sync(isAwaited);
            gather(route.gatherOfStripes(), meeting);
        } else if (route.exchange().pattern().reduction() instanceof Reduction.None) {
            for (int sender = 0; sender < route.members(); sender++) {
                route.copy(sender, self).run(meeting.operand(sender), result);
                meeting.sent(sender, self, route.bytes(sender, self));
            }
        } else {
            reduce(route, meeting, result);
        }
        long end = System.nanoTime();
        // Others may still read this device's operand.
        meeting.sync(isAwaited);
        return new Landing(meeting.sentBytes(self), start, end);
    }

    private static void reduce(Route route, Rendezvous.Meeting meeting, MemorySegment result) {
        var parts = new ArrayList<Reducer.Part>();
        for (int sender = 0; sender < route.members(); sender++) {
            parts.add(new Reducer.Part(route.copy(sender, route.self()), meeting.operand(sender)));
            meeting.sent(sender, route.self(), route.bytes(sender, route.self()));
        }
        new Reducer(route).run(parts, result);
    }

    /** Stripes lie in everybody's result at the place where they are wanted. */
    private static void gather(Route route, Rendezvous.Meeting meeting) {
        int self = route.self();
        for (int sender = 0; sender < route.members(); sender++) {
            if (sender != self) {
                var from = route.stripe(sender, meeting.result(sender));
                route.stripe(sender, meeting.result(self)).copyFrom(from);
                meeting.sent(sender, self, from.byteSize());
            }
        }
    }

    @Override
    public void fail(Throwable reason) {
        rendezvous.fail(device, reason);
    }

    @Override
    public void close() {
        rendezvous.leave(device);
        queue.close();
    }
}
