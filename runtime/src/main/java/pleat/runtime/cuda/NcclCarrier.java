package pleat.runtime.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToLongFunction;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import pleat.ir.index.Reduction;
import pleat.ir.plan.Pattern;
import pleat.runtime.collective.BlockCopy;
import pleat.runtime.collective.Route;
import pleat.runtime.cuda.NcclCommunicator.Combining;
import pleat.runtime.cuda.NcclCommunicator.Transfer;

/**
 * Carries out one device's part of exchanges by NCCL. Even parts go through its collectives, which combine in an order of their own; all else is sent
 * from member to member, and combined here in the order of the group. What does not lie in one stretch is put together before and taken apart after.
 */
final class NcclCarrier implements AutoCloseable {
    private final Driver driver;
    private final NcclGroups groups;
    private final CopyKernels copies;
    private final CombineKernels kernels;
    private final long outgoing;
    private final long incoming;
    /** Two blocks, one behind the other, and what they are combined to. */
    private final long pair;
    private final long combined;
    private long stagingBytes;

    /** Makes room for the largest of the exchanges. */
    NcclCarrier(List<Route> routes, Driver driver, NcclGroups groups) {
        this.driver = driver;
        this.groups = groups;
        var moving = routes.stream().filter(route -> !route.isReductionForAll()).toList();
        copies = CopyKernels.of(moving.stream().flatMap(NcclCarrier::copies).toList(), driver);
        kernels = moving.stream().anyMatch(NcclCarrier::combines) ? CombineKernels.load(driver) : CombineKernels.NONE;
        outgoing = room(moving, route -> sum(route, m -> route.bytes(route.self(), m)));
        incoming = room(moving, route -> sum(route, m -> route.bytes(m, route.self())));
        var folding = moving.stream().filter(route -> route.exchange().pattern() instanceof Pattern.FoldHalo).toList();
        pair = room(folding, route -> 2 * bytes(route).max().orElse(0));
        combined = room(folding, route -> bytes(route).max().orElse(0));
    }

    private static Stream<BlockCopy> copies(Route route) {
        int self = route.self();
        return Stream.concat(Stream.of(route.copy(self, self)),
                IntStream.range(0, route.members()).boxed().flatMap(m -> Stream.of(route.pack(self, m), route.unpack(m, self))));
    }

    private static long sum(Route route, IntToLongFunction bytes) {
        return IntStream.range(0, route.members()).mapToLong(bytes).sum();
    }

    private static LongStream bytes(Route route) {
        return IntStream.range(0, route.members()).mapToLong(m -> route.bytes(m, route.self()));
    }

    private long room(List<Route> routes, ToLongFunction<Route> bytes) {
        long most = routes.stream().mapToLong(bytes).max().orElse(0);
        stagingBytes += most;
        return most == 0 ? 0 : driver.allocate(most);
    }

    long stagingBytes() {
        return stagingBytes;
    }

    private static boolean combines(Route route) {
        return !(route.exchange().pattern().reduction() instanceof Reduction.None);
    }

    /** Asks for all of an exchange; it is done when the driver has come so far. */
    void carry(Route route, long operand, long result) {
        boolean isEven = route.members() > 1 && isEven(route);
        switch (route.exchange().pattern()) {
            case Pattern.AllReduce _ -> reduceForAll(route, operand, result);
            case Pattern.AllGather _ when isEven -> gather(route, operand, result);
            case Pattern.ReduceScatter _ when isEven -> scatter(route, operand, result);
            case Pattern.ReduceScatter _ -> reduce(route, operand, result);
            case Pattern.FoldHalo _ -> fold(route, operand, result);
            case Pattern.AllGather _, Pattern.AllToAll _, Pattern.Halo _ -> move(route, operand, result);
        }
    }

    /** Whether all members come to the same: it follows from the cut alone. */
    private static boolean isEven(Route route) {
        return route.exchange().pattern().cuts().stream().allMatch(cut -> cut.extents().stream().distinct().count() == 1);
    }

    private NcclCommunicator members(Route route) {
        return groups.of(route.exchange().group().devices());
    }

    private static Combining how(Route route) {
        return Combining.of(route.whole().dtype(), route.exchange().pattern().reduction());
    }

    private void reduceForAll(Route route, long operand, long result) {
        long elements = route.whole().shape().getFirst();
        if (route.members() > 1) {
            members(route).allReduce(operand, result, elements, how(route));
        } else if (operand != result) {
            driver.copy(result, operand, elements * route.whole().dtype().bytes());
        }
    }

    private void gather(Route route, long operand, long result) {
        int self = route.self();
        long bytes = route.bytes(self, self);
        boolean isInPlace = IntStream.range(0, route.members()).allMatch(m -> isAt(route.unpack(m, self), route.unpack(m, self).to(), m * bytes));
        long received = isInPlace ? result : incoming;
        members(route).allGather(packed(route.pack(self, self), operand, outgoing), received, bytes);
        if (!isInPlace) {
            IntStream.range(0, route.members()).forEach(m -> copies.run(route.unpack(m, self), incoming + m * bytes, result));
        }
    }

    private void scatter(Route route, long operand, long result) {
        int self = route.self();
        long bytes = route.bytes(self, self);
        boolean isInPlace = IntStream.range(0, route.members()).allMatch(m -> isAt(route.pack(self, m), route.pack(self, m).from(), m * bytes));
        if (!isInPlace) {
            IntStream.range(0, route.members()).forEach(m -> copies.run(route.pack(self, m), operand, outgoing + m * bytes));
        }
        members(route).reduceScatter(isInPlace ? operand : outgoing, result, bytes / route.whole().dtype().bytes(), how(route));
    }

    private static boolean isAt(BlockCopy copy, long end, long place) {
        return copy.loops().isEmpty() && end == place;
    }

    /** Where a block can be sent from. */
    private long packed(BlockCopy pack, long operand, long room) {
        if (pack.loops().isEmpty()) {
            return operand + pack.from();
        }
        copies.run(pack, operand, room);
        return room;
    }

    private static List<Integer> others(Route route, IntToLongFunction bytes) {
        return IntStream.range(0, route.members()).filter(m -> m != route.self() && bytes.applyAsLong(m) > 0).boxed().toList();
    }

    /** The blocks of this device, where they can be sent from. */
    private List<Transfer> sent(Route route, long operand) {
        var sent = new ArrayList<Transfer>();
        long next = outgoing;
        for (int receiver : others(route, m -> route.bytes(route.self(), m))) {
            long bytes = route.bytes(route.self(), receiver);
            sent.add(new Transfer(receiver, packed(route.pack(route.self(), receiver), operand, next), bytes));
            next += bytes;
        }
        return sent;
    }

    /** Sends the blocks of this device, and gets those of others at the addresses that are given for them. */
    private void exchange(Route route, long operand, IntToLongFunction place) {
        var sent = sent(route, operand);
        var received = others(route, m -> route.bytes(m, route.self())).stream()
                .map(sender -> new Transfer(sender, place.applyAsLong(sender), route.bytes(sender, route.self()))).toList();
        if (!sent.isEmpty() || !received.isEmpty()) {
            members(route).exchange(sent, received);
        }
    }

    /** Where the block of a sender waits if all of them lie one behind the other. */
    private long slot(Route route, int sender) {
        return incoming + IntStream.range(0, sender).mapToLong(m -> route.bytes(m, route.self())).sum();
    }

    private void move(Route route, long operand, long result) {
        int self = route.self();
        exchange(route, operand, sender -> {
            var unpack = route.unpack(sender, self);
            return unpack.loops().isEmpty() ? result + unpack.to() : slot(route, sender);
        });
        var own = route.copy(self, self);
        if (!own.loops().isEmpty() || operand + own.from() != result + own.to()) {
            copies.run(own, operand, result);
        }
        others(route, m -> route.bytes(m, self)).stream().filter(sender -> !route.unpack(sender, self).loops().isEmpty())
                .forEach(sender -> copies.run(route.unpack(sender, self), slot(route, sender), result));
    }

    /** All blocks are of one size, and the result is nothing but what they are combined to. */
    private void reduce(Route route, long operand, long result) {
        int self = route.self();
        exchange(route, operand, sender -> slot(route, sender));
        copies.run(route.pack(self, self), operand, slot(route, self));
        combine(route, new CombineKernels.Operands(incoming, result, route.bytes(self, self), route.members()));
    }

    /** Parts that overlap here and there only: what is there so far is one of two that are added. */
    private void fold(Route route, long operand, long result) {
        int self = route.self();
        exchange(route, operand, sender -> slot(route, sender));
        driver.fill(result, (byte) 0, route.exchange().result(self, route.whole().extents()).elements() * route.whole().dtype().bytes());
        for (int m = 0; m < route.members(); m++) {
            long bytes = route.bytes(m, self);
            if (bytes > 0) {
                var unpack = route.unpack(m, self);
                copies.run(unpack.inverse(), result, pair);
                if (m == self) {
                    copies.run(route.pack(self, self), operand, pair + bytes);
                } else {
                    driver.copy(pair + bytes, slot(route, m), bytes);
                }
                combine(route, new CombineKernels.Operands(pair, combined, bytes, 2));
                copies.run(unpack, combined, result);
            }
        }
    }

    private void combine(Route route, CombineKernels.Operands operands) {
        kernels.run(driver, route.whole().dtype(), route.exchange().pattern().reduction(), operands);
    }

    @Override
    public void close() {
        LongStream.of(outgoing, incoming, pair, combined).filter(address -> address != 0).forEach(driver::free);
    }
}
