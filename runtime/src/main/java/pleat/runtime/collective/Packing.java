package pleat.runtime.collective;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import pleat.ir.diagnostic.UserException;
import pleat.ir.index.Reduction;
import pleat.ir.plan.Pattern;
import pleat.runtime.host.HostMemory;

/**
 * Blocks that lie in stretches are put together for the way, and taken apart where they arrive; what lies in one stretch is sent from its place and
 * received in it. What is to be combined waits here for the others.
 */
public final class Packing {
    private final MemorySegment outgoing;
    private final MemorySegment incoming;

    /** Makes room for the largest of the exchanges. */
    public Packing(List<Route> routes, Arena memory) {
        var halves = routes.stream().flatMap(route -> route.isReductionForAll()
                ? Stream.of(route.scatterOfStripes(), route.gatherOfStripes()) : Stream.of(route)).toList();
        outgoing = HostMemory.allocate(halves.stream().mapToLong(Packing::outgoingBytes).max().orElse(0), "putting blocks together", memory);
        incoming = HostMemory.allocate(halves.stream().mapToLong(Packing::incomingBytes).max().orElse(0), "receiving blocks", memory);
    }

    public long bytes() {
        return outgoing.byteSize() + incoming.byteSize();
    }

    /**
     * What is sent to, or received from, each member.
     *
     * @param counts elements; of those that are sent none for this device itself
     * @param displacements elements from the base
     */
    public record Blocks(MemorySegment base, int[] counts, int[] displacements, int elementBytes) {
        public long offsetBytes(int member) {
            return (long) displacements[member] * elementBytes;
        }
    }

    private static List<Integer> others(Route route) {
        return IntStream.range(0, route.members()).filter(member -> member != route.self()).boxed().toList();
    }

    /** A gathered block comes from this device itself too: the call wants it so. */
    private static List<Integer> senders(Route route) {
        return isOneForAll(route) ? IntStream.range(0, route.members()).boxed().toList() : others(route);
    }

    private static boolean isSentFromItsPlace(Route route) {
        return others(route).stream().allMatch(receiver -> route.pack(route.self(), receiver).loops().isEmpty());
    }

    private static boolean isReceivedInPlace(Route route) {
        return !combines(route) && senders(route).stream().allMatch(sender -> route.unpack(sender, route.self()).loops().isEmpty());
    }

    private static boolean combines(Route route) {
        return !(route.exchange().pattern().reduction() instanceof Reduction.None);
    }

    /** A gathered block is the same for all. */
    private static boolean isOneForAll(Route route) {
        return route.exchange().pattern() instanceof Pattern.AllGather;
    }

    private static long outgoingBytes(Route route) {
        if (isSentFromItsPlace(route)) {
            return 0;
        }
        var bytes = others(route).stream().mapToLong(receiver -> route.bytes(route.self(), receiver));
        return isOneForAll(route) ? bytes.max().orElse(0) : bytes.sum();
    }

    private static long incomingBytes(Route route) {
        return isReceivedInPlace(route) ? 0 : senders(route).stream().mapToLong(sender -> route.bytes(sender, route.self())).sum();
    }

    /** The blocks of the operand, where they can be sent from. */
    public Blocks outgoing(Route route, MemorySegment operand) {
        if (isSentFromItsPlace(route)) {
            return blocks(route, others(route), operand, new Extent(receiver -> route.pack(route.self(), receiver).from(),
                    receiver -> route.bytes(route.self(), receiver)));
        }
        long[] places = isOneForAll(route) ? new long[route.members()] : places(route, others(route), receiver -> route.bytes(route.self(), receiver));
        for (int receiver : others(route)) {
            if (!isOneForAll(route) || receiver == others(route).getFirst()) {
                route.pack(route.self(), receiver).run(operand, outgoing.asSlice(places[receiver]));
            }
        }
        return blocks(route, others(route), outgoing, new Extent(receiver -> places[receiver], receiver -> route.bytes(route.self(), receiver)));
    }

    /** Where the blocks of the others are received. */
    public Blocks incoming(Route route, MemorySegment result) {
        if (isReceivedInPlace(route)) {
            return blocks(route, senders(route), result, new Extent(sender -> route.unpack(sender, route.self()).to(),
                    sender -> route.bytes(sender, route.self())));
        }
        long[] places = places(route, senders(route), sender -> route.bytes(sender, route.self()));
        return blocks(route, senders(route), incoming, new Extent(sender -> places[sender], sender -> route.bytes(sender, route.self())));
    }

    /** Puts everything in its place, this device's own block too. */
    public void land(Route route, MemorySegment operand, MemorySegment result) {
        int self = route.self();
        long[] places = places(route, senders(route), sender -> route.bytes(sender, self));
        if (combines(route)) {
            var parts = new ArrayList<Reducer.Part>();
            for (int sender = 0; sender < route.members(); sender++) {
                parts.add(sender == self ? new Reducer.Part(route.copy(self, self), operand)
                        : new Reducer.Part(route.unpack(sender, self), incoming.asSlice(places[sender])));
            }
            new Reducer(route).run(parts, result);
            return;
        }
        if (!isOneForAll(route)) {
            route.copy(self, self).run(operand, result);
        }
        if (!isReceivedInPlace(route)) {
            senders(route).forEach(sender -> route.unpack(sender, self).run(incoming.asSlice(places[sender]), result));
        }
    }

    private interface Bytes {
        long of(int member);
    }

    private record Extent(Bytes place, Bytes bytes) {}

    /** Blocks one behind the other. */
    private static long[] places(Route route, List<Integer> members, Bytes bytes) {
        var places = new long[route.members()];
        long next = 0;
        for (int member : members) {
            places[member] = next;
            next += bytes.of(member);
        }
        return places;
    }

    private static Blocks blocks(Route route, List<Integer> members, MemorySegment base, Extent extent) {
        int elementBytes = route.whole().dtype().bytes();
        var counts = new int[route.members()];
        var displacements = new int[route.members()];
        for (int member : members) {
            counts[member] = elements(extent.bytes().of(member), elementBytes);
            displacements[member] = elements(extent.place().of(member), elementBytes);
        }
        return new Blocks(base, counts, displacements, elementBytes);
    }

    private static int elements(long bytes, int elementBytes) {
        long elements = bytes / elementBytes;
        if (elements > Integer.MAX_VALUE) {
            throw new UserException("a block of " + bytes + " bytes is more than one MPI call takes: " + Integer.MAX_VALUE + " elements");
        }
        return (int) elements;
    }
}
