package pleat.runtime.mpi;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import pleat.ir.diagnostic.DeviceException;
import pleat.ir.plan.Pattern;
import pleat.ir.plan.Plan;
import pleat.runtime.collective.Collectives;
import pleat.runtime.collective.FlightQueue;
import pleat.runtime.collective.Packing;
import pleat.runtime.collective.Route;
import pleat.runtime.collective.Routes;

/**
 * A device that is a process of its own: blocks go through Open MPI's collectives. What is reduced is sent as blocks and combined here, in the order
 * of the group, so that the result is the same to the last bit as between the threads of one process; Open MPI would choose an order by size.
 */
public final class MpiCollectives implements Collectives {
    private final MpiProcesses processes;
    private final String plan;
    private final FlightQueue queue = new FlightQueue("pleat-mpi", this::carry);
    private final Arena memory = Arena.ofShared();
    private final Packing packing;
    private long exchanges;

    /** @param name of the plan of all devices, of which {@code plan} is this one's part */
    public MpiCollectives(MpiProcesses processes, String name, Plan plan) {
        this.processes = processes;
        this.plan = name;
        var routes = Routes.of(plan);
        packing = new Packing(routes, memory);
        // In one order on all: making a communicator waits for its members.
        routes.stream().map(route -> route.exchange().group().devices()).distinct()
                .sorted(Comparator.comparing(devices -> devices, MpiCollectives::compare)).forEach(processes::communicator);
    }

    private static int compare(List<Integer> left, List<Integer> right) {
        return IntStream.range(0, Math.min(left.size(), right.size())).map(i -> Integer.compare(left.get(i), right.get(i))).filter(c -> c != 0).findFirst()
                .orElse(Integer.compare(left.size(), right.size()));
    }

    @Override
    public int device() {
        return processes.rank();
    }

    @Override
    public int devices() {
        return processes.size();
    }

    @Override
    public long stagingBytes() {
        return packing.bytes();
    }

    @Override
    public Flight start(Route route, MemorySegment operand, MemorySegment result, boolean isAwaitedAtOnce) {
        return queue.start(route, operand, result, isAwaitedAtOnce);
    }

    private Landing carry(Route route, MemorySegment operand, MemorySegment result, boolean isAwaited) {
        agreeOn(route);
        long start = System.nanoTime();
        long sent;
        if (route.isReductionForAll()) {
            var scatter = route.scatterOfStripes();
            var stripe = route.stripe(route.self(), result);
            sent = exchange(scatter, operand, stripe) + exchange(route.gatherOfStripes(), stripe, result);
        } else {
            sent = exchange(route, operand, result);
        }
        return new Landing(sent, start, System.nanoTime());
    }

    /** A device that comes to something else is a message with both sides, and not a wait for ever. */
    private void agreeOn(Route route) {
        exchanges++;
        var what = "exchange %d of plan %s, `%s`".formatted(exchanges, plan, route.text());
        var devices = route.exchange().group().devices();
        var said = processes.tell(what, processes.communicator(devices));
        for (int member = 0; member < said.size(); member++) {
            if (!said.get(member).equals(said.get(route.self()))) {
                throw new DeviceException("device %d is at %s, and device %d is at %s".formatted(device(), what, devices.get(member), said.get(member)));
            }
        }
    }

    /** Sends blocks and puts those of others in their places; returns the bytes sent. */
    private long exchange(Route route, MemorySegment operand, MemorySegment result) {
        var communicator = processes.communicator(route.exchange().group().devices());
        var type = processes.library().type(route.whole().dtype());
        try (var scratch = Arena.ofConfined()) {
            var outgoing = packing.outgoing(route, operand);
            var incoming = packing.incoming(route, result);
            if (route.exchange().pattern() instanceof Pattern.AllGather) {
                processes.library().iallgatherv(isInPlace(incoming, route.self(), operand) ? MpiLibrary.IN_PLACE : outgoing.base(),
                        incoming.counts()[route.self()], blocks(incoming, scratch), type, communicator, processes.request());
            } else {
                processes.library().ialltoallv(blocks(outgoing, scratch), blocks(incoming, scratch), type, communicator, processes.request());
            }
            processes.await();
            packing.land(route, operand, result);
            return IntStream.of(outgoing.counts()).asLongStream().sum() * route.whole().dtype().bytes();
        }
    }

    /** The two ends of a call may not overlap, but what is gathered may lie there already. */
    private static boolean isInPlace(Packing.Blocks incoming, int self, MemorySegment operand) {
        return incoming.base().address() + incoming.offsetBytes(self) == operand.address();
    }

    private static MpiLibrary.Blocks blocks(Packing.Blocks blocks, Arena scratch) {
        return new MpiLibrary.Blocks(blocks.base(), scratch.allocateFrom(JAVA_INT, blocks.counts()), scratch.allocateFrom(JAVA_INT, blocks.displacements()));
    }

    @Override
    public void fail(Throwable reason) {
        processes.fail(reason);
    }

    @Override
    public void close() {
        queue.close();
        memory.close();
    }
}
