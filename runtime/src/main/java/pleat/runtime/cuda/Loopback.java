package pleat.runtime.cuda;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import pleat.ir.index.Reduction;
import pleat.ir.plan.Pattern;
import pleat.runtime.collective.BlockCopy;
import pleat.runtime.collective.Route;

/**
 * Carries out exchanges of devices that have one memory: copies, and kernels that combine in the order of the group, element by element in 32 bits, so
 * that the result is that of the host's devices to the last bit.
 */
final class Loopback implements AutoCloseable {
    private final Driver driver;
    private final CombineKernels kernels;
    private final CopyKernels copies;
    private final long parts;
    private final long combined;
    private final long stagingBytes;

    /** Makes room for the largest of the exchanges that combine. */
    Loopback(Driver driver, List<Route> routes) {
        this.driver = driver;
        var combining = routes.stream().filter(Loopback::combines).toList();
        kernels = combining.isEmpty() ? CombineKernels.NONE : CombineKernels.load(driver);
        copies = CopyKernels.of(routes.stream().filter(route -> !route.isReductionForAll()).flatMap(Loopback::copies).toList(), driver);
        long most = combining.stream().mapToLong(route -> resultBytes(route, route.self())).max().orElse(0);
        int members = combining.stream().mapToInt(Route::members).max().orElse(0);
        stagingBytes = (Math.max(2, members) + 1) * most;
        parts = most == 0 ? 0 : driver.allocate(Math.max(2, members) * most);
        combined = most == 0 ? 0 : driver.allocate(most);
    }

    long stagingBytes() {
        return stagingBytes;
    }

    /** Every copy that may come of a route. */
    private static Stream<BlockCopy> copies(Route route) {
        int self = route.self();
        return IntStream.range(0, route.members()).boxed().flatMap(m -> combines(route)
                ? Stream.of(route.pack(m, self), route.unpack(m, self)) : Stream.of(route.copy(m, self)));
    }

    private static boolean combines(Route route) {
        return !(route.exchange().pattern().reduction() instanceof Reduction.None);
    }

    private static long resultBytes(Route route, int member) {
        return route.exchange().result(member, route.whole().extents()).elements() * route.whole().dtype().bytes();
    }

    /** @param members in the order of the group */
    void carry(List<LoopbackExchanges.Part> members) {
        var first = members.getFirst().route();
        if (first.isReductionForAll()) {
            reduceForAll(members);
            return;
        }
        for (var receiver : members) {
            if (!combines(first)) {
                members.forEach(sender -> copy(receiver.route().copy(sender.route().self(), receiver.route().self()), sender.operand(), receiver.result()));
            } else if (first.exchange().pattern() instanceof Pattern.FoldHalo) {
                fold(members, receiver);
            } else {
                reduce(members, receiver);
            }
        }
    }

    private void copy(BlockCopy copy, long source, long target) {
        copies.run(copy, source, target);
    }

    /** All of every operand, for every member: operands lie alike, and need not be cut into dims. */
    private void reduceForAll(List<LoopbackExchanges.Part> members) {
        var route = members.getFirst().route();
        long bytes = resultBytes(route, 0);
        for (int m = 0; m < members.size(); m++) {
            driver.copy(parts + m * bytes, members.get(m).operand(), bytes);
        }
        combine(route, members.size(), bytes);
        members.forEach(member -> driver.copy(member.result(), combined, bytes));
    }

    private void reduce(List<LoopbackExchanges.Part> members, LoopbackExchanges.Part receiver) {
        var route = receiver.route();
        int self = route.self();
        long bytes = route.bytes(0, self);
        for (int m = 0; m < members.size(); m++) {
            copy(route.pack(m, self), members.get(m).operand(), parts + m * bytes);
        }
        combine(route, members.size(), bytes);
        copy(route.unpack(0, self), combined, receiver.result());
    }

    /** Parts that overlap here and there only: what is there so far is one of two that are added. */
    private void fold(List<LoopbackExchanges.Part> members, LoopbackExchanges.Part receiver) {
        var route = receiver.route();
        int self = route.self();
        driver.fill(receiver.result(), (byte) 0, resultBytes(route, self));
        for (int m = 0; m < members.size(); m++) {
            long bytes = route.bytes(m, self);
            if (bytes > 0) {
                var unpack = route.unpack(m, self);
                copy(unpack.inverse(), receiver.result(), parts);
                copy(route.pack(m, self), members.get(m).operand(), parts + bytes);
                combine(route, 2, bytes);
                copy(unpack, combined, receiver.result());
            }
        }
    }

    private void combine(Route route, int members, long bytes) {
        kernels.run(driver, route.whole().dtype(), route.exchange().pattern().reduction(), new CombineKernels.Operands(parts, combined, bytes, members));
    }

    @Override
    public void close() {
        Stream.of(parts, combined).filter(address -> address != 0).forEach(driver::free);
    }
}
