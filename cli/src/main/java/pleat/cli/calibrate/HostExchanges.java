package pleat.cli.calibrate;

import com.google.common.collect.ImmutableList;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import pleat.cli.compile.CompiledModel;
import pleat.ir.index.Reduction;
import pleat.ir.kernel.Layout;
import pleat.ir.plan.Exchange;
import pleat.ir.plan.Pattern;
import pleat.ir.type.DType;
import pleat.passes.machine.Fabric;
import pleat.passes.machine.Primitive;
import pleat.runtime.collective.Route;
import pleat.runtime.collective.ThreadCollectives;
import pleat.runtime.host.HostMemory;
import pleat.runtime.host.PlanRunner;

/** Times what devices of one process exchange. */
final class HostExchanges {
    private static final int REPEATS = 15;
    private static final int MEETINGS = 15;
    /** While code is new its compiler takes the cores of the devices: what all sizes took in the best of so many turns counts. */
    private static final int ROUNDS = 4;
    private static final long COLUMNS = 256;
    /** Tensors come from memory, since kernels have used the cache meanwhile: so many bytes of them take turns. */
    private static final long TURNED_BYTES = 96L << 20;

    private HostExchanges() {}

    /** How long devices wait for each other: {@code seconds}, and a part of what they did since they met last. */
    record Meeting(double seconds, double apart) {}

    /** Tables of every collective among {@code ranks} devices, for tensors of the given sizes. */
    static ImmutableList<Fabric.Table> tables(int ranks, long... bytes) {
        var primitives = Arrays.stream(Primitive.values()).filter(primitive -> primitive != Primitive.MOVE).toList();
        var sizes = LongStream.of(bytes).sorted().toArray();
        var least = new double[primitives.size()][sizes.length];
        Arrays.stream(least).forEach(row -> Arrays.fill(row, Double.MAX_VALUE));
        for (int round = 0; round < ROUNDS; round++) {
            for (int p = 0; p < primitives.size(); p++) {
                for (int size = 0; size < sizes.length; size++) {
                    least[p][size] = Math.min(least[p][size], seconds(primitives.get(p), ranks, sizes[size]));
                }
            }
        }
        return IntStream.range(0, primitives.size()).mapToObj(p -> new Fabric.Table(ranks, primitives.get(p), IntStream.range(0, sizes.length)
                .mapToObj(size -> new Fabric.Point(sizes[size], least[p][size])).collect(ImmutableList.toImmutableList())))
                .collect(ImmutableList.toImmutableList());
    }

    private static double seconds(Primitive primitive, int ranks, long bytes) {
        long rows = Math.max(ranks, bytes / (COLUMNS * DType.F32.bytes()));
        long each = rows * COLUMNS * DType.F32.bytes();
        int pairs = Math.clamp(TURNED_BYTES / (2 * each), 1, REPEATS);
        var times = Collections.synchronizedList(new ArrayList<Double>());
        connected(ranks, device -> {
            try (var arena = Arena.ofShared()) {
                var memory = HostMemory.allocate(2 * pairs * each + 64, "what is exchanged", arena);
                var route = route(primitive, ranks, device.device(), rows);
                for (int i = -REPEATS; i < REPEATS; i++) {
                    long at = Math.floorMod(i, pairs) * 2 * each;
                    long begin = System.nanoTime();
                    device.start(route, memory.asSlice(at, each), memory.asSlice(at + each, each), true).await();
                    if (i >= 0) {
                        times.add((System.nanoTime() - begin) / 1e9);
                    }
                }
            }
        });
        return SideBySide.middle(times);
    }

    /**
     * Of several measurements the one that was disturbed least.
     *
     * @param shorter and {@code longer}: programs that devices do between two meetings
     */
    static Meeting meeting(int ranks, int threads, CompiledModel shorter, CompiledModel longer) {
        return IntStream.range(0, 5).mapToObj(_ -> once(ranks, threads, shorter, longer)).min(Comparator.comparingDouble(Meeting::seconds)).orElseThrow();
    }

    private static Meeting once(int ranks, int threads, CompiledModel shorter, CompiledModel longer) {
        double[] few = waits(ranks, threads, shorter);
        double[] many = waits(ranks, threads, longer);
        double apart = Math.clamp((many[1] - few[1]) / (many[0] - few[0]), 1e-4, 1);
        return new Meeting(Math.max(0, few[1] - apart * few[0]), apart);
    }

    /** Seconds of work, and of the exchange of next to nothing behind it: of the quieter half. */
    private static double[] waits(int ranks, int threads, CompiledModel work) {
        var worked = Collections.synchronizedList(new ArrayList<Double>());
        var waited = Collections.synchronizedList(new ArrayList<Double>());
        connected(ranks, device -> {
            try (var arena = Arena.ofShared(); var runner = new PlanRunner(work.plan(), work.sharedObject(), threads)) {
                HostKernels.fill(runner);
                var memory = HostMemory.allocate(4 * COLUMNS * ranks * DType.F32.bytes(), "what is exchanged", arena);
                long each = memory.byteSize() / 2;
                var route = route(Primitive.ALL_GATHER, ranks, device.device(), ranks);
                for (int i = -MEETINGS / 3; i < MEETINGS; i++) {
                    long begin = System.nanoTime();
                    runner.run();
                    long met = System.nanoTime();
                    device.start(route, memory.asSlice(0, each), memory.asSlice(each, each), true).await();
                    if (i >= 0) {
                        worked.add((met - begin) / 1e9);
                        waited.add((System.nanoTime() - met) / 1e9);
                    }
                }
            }
        });
        return new double[] {SideBySide.middle(worked), SideBySide.middle(waited.stream().sorted().limit(waited.size() / 2).toList())};
    }

    /** What one device does. */
    private interface Work {
        void on(ThreadCollectives device);
    }

    private static void connected(int ranks, Work work) {
        together(ThreadCollectives.of(Collections.nCopies(ranks, "calibrate")).stream().<Runnable>map(device -> () -> {
            try (device) {
                work.on(device);
            }
        }).toList());
    }

    /** Each on a thread of its own; returns when all are done. */
    static void together(List<Runnable> devices) {
        try (var workers = Executors.newFixedThreadPool(devices.size())) {
            var running = devices.stream().<Future<?>>map(workers::submit).toList();
            running.forEach(HostExchanges::get);
        }
    }

    static void meet(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException failure) {
            throw new IllegalStateException("a device is missing", failure);
        }
    }

    private static void get(Future<?> future) {
        try {
            future.get();
        } catch (InterruptedException | ExecutionException failure) {
            throw new IllegalStateException("a device failed", failure);
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
