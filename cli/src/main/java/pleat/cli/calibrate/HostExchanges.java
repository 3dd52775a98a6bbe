package pleat.cli.calibrate;

import com.google.common.collect.ImmutableList;
import java.lang.foreign.Arena;
import java.util.Collections;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import pleat.ir.index.Reduction;
import pleat.ir.kernel.Layout;
import pleat.ir.plan.Exchange;
import pleat.ir.plan.Pattern;
import pleat.ir.type.DType;
import pleat.passes.machine.Fabric;
import pleat.passes.machine.Primitive;
import pleat.runtime.collective.Route;
import pleat.runtime.collective.ThreadCollectives;

/** Times what devices of one process exchange. */
final class HostExchanges {
    private static final int REPEATS = 9;
    private static final long COLUMNS = 256;

    private HostExchanges() {}

    /** Tables of every collective among {@code ranks} devices, for tensors of the given sizes. */
    static ImmutableList<Fabric.Table> tables(int ranks, long... bytes) {
        return IntStream.range(0, Primitive.values().length).mapToObj(p -> Primitive.values()[p]).filter(primitive -> primitive != Primitive.MOVE)
                .map(primitive -> new Fabric.Table(ranks, primitive, LongStream.of(bytes).sorted()
                        .mapToObj(size -> new Fabric.Point(size, seconds(primitive, ranks, size))).collect(ImmutableList.toImmutableList())))
                .collect(ImmutableList.toImmutableList());
    }

    private static double seconds(Primitive primitive, int ranks, long bytes) {
        long rows = Math.max(ranks, bytes / (COLUMNS * DType.F32.bytes()));
        try (var workers = Executors.newFixedThreadPool(ranks)) {
            var collectives = ThreadCollectives.of(Collections.nCopies(ranks, "calibrate"));
            var running = collectives.stream().map(device -> workers.submit(() -> {
                try (device; var arena = Arena.ofShared()) {
                    var operand = arena.allocate(rows * COLUMNS * DType.F32.bytes() + 64, 64);
                    var result = arena.allocate(rows * COLUMNS * DType.F32.bytes() + 64, 64);
                    var route = route(primitive, ranks, device.device(), rows);
                    double best = Double.POSITIVE_INFINITY;
                    for (int i = 0; i < REPEATS; i++) {
                        long begin = System.nanoTime();
                        device.start(route, operand, result, true).await();
                        best = Math.min(best, (System.nanoTime() - begin) / 1e9);
                    }
                    return best;
                }
            })).toList();
            return running.stream().mapToDouble(HostExchanges::get).max().orElseThrow();
        }
    }

    private static double get(Future<Double> future) {
        try {
            return future.get();
        } catch (InterruptedException | ExecutionException failure) {
            throw new IllegalStateException("an exchange failed", failure);
        }
    }

    private static Route route(Primitive primitive, int ranks, int self, long rows) {
        var down = cut(0, rows, ranks);
        var across = cut(1, COLUMNS, ranks);
        Pattern pattern = switch (primitive) {
            case ALL_GATHER, MOVE -> new Pattern.AllGather(down);
            case REDUCE_SCATTER -> new Pattern.ReduceScatter(down, Reduction.SUM);
            case ALL_REDUCE -> new Pattern.AllReduce(Reduction.SUM);
            case ALL_TO_ALL -> new Pattern.AllToAll(down, across);
        };
        var exchange = new Exchange(pattern, new Exchange.Group(IntStream.range(0, ranks).boxed().collect(ImmutableList.toImmutableList()), self));
        boolean isFlat = primitive == Primitive.ALL_REDUCE;
        return new Route(exchange, new Route.Whole(DType.F32, isFlat ? ImmutableList.of(rows * COLUMNS) : ImmutableList.of(rows, COLUMNS),
                Layout.rowMajor(isFlat ? 1 : 2)), exchange.signature());
    }

    private static Pattern.Cut cut(int dim, long extent, int ranks) {
        return new Pattern.Cut(dim, IntStream.range(0, ranks).mapToObj(r -> extent / ranks + (r < extent % ranks ? 1 : 0))
                .collect(ImmutableList.toImmutableList()));
    }
}
