package pleat.runtime.host;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import pleat.ir.kernel.Kernel;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Argument;
import pleat.ir.plan.Plan.Kind;
import pleat.ir.plan.Plan.Step;
import pleat.ir.plan.Slice;
import pleat.runtime.collective.Collectives;
import pleat.runtime.collective.ThreadCollectives;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorHeader;

/**
 * Runs a plan on the threads of this machine. It makes one allocation, the plan's arena, when it is created, and none while it runs.
 */
public final class PlanRunner implements LoadedPlan, AutoCloseable {
    /** Portions that a launch is cut into for each thread, so that the faster one can do more of them. */
    private static final int PORTIONS_PER_THREAD = 8;

    private final Plan plan;
    private final ThreadTeam team;
    private final Arena memory = Arena.ofShared();
    private final MemorySegment arena;
    private final ImmutableMap<String, MemorySegment> kernels;
    private final MemorySegment pointers;
    private final List<MemorySegment> scratch = new ArrayList<>();
    private final List<Long> iterations = new ArrayList<>();
    private final Map<String, Long> nanos = new LinkedHashMap<>();
    private final Map<String, Long> launches = new LinkedHashMap<>();
    private final ExchangeRunner exchanges;
    private boolean checksFinite;
    private int timedRuns;
    private LaunchListener listener = (_, _, _) -> {
    };

    /**
     * @param sharedObject the compiled kernels of the plan
     * @param threads how many threads the plan's scratch was made for
     */
    public PlanRunner(Plan plan, Path sharedObject, int threads) {
        this(plan, sharedObject, threads, ThreadCollectives.of(List.of(plan.name())).getFirst());
    }

    /**
     * One device of several.
     *
     * @param collectives its connection to the others
     */
    public PlanRunner(Plan plan, Path sharedObject, int threads, Collectives collectives) {
        this.plan = plan;
        exchanges = new ExchangeRunner(plan, collectives);
        team = new ThreadTeam(threads);
        var library = new KernelLibrary(sharedObject, memory);
        var found = ImmutableMap.<String, MemorySegment>builder();
        plan.kernels().keySet().forEach(name -> found.put(name, library.kernel(name)));
        kernels = found.build();
        arena = HostMemory.allocate(plan.arena().bytes(), "the plan `" + plan.name() + "`", memory);
        int most = plan.kernels().values().stream().mapToInt(k -> k.parameters().size()).max().orElse(1);
        pointers = memory.allocate(ValueLayout.ADDRESS, Math.max(1, most));
        plan.buffers().stream().filter(b -> b.place().kind() == Kind.SCRATCH).forEach(b -> {
            long each = b.place().bytes() / threads / 64 * 64;
            for (int t = 0; t < threads; t++) {
                scratch.add(arena.asSlice(b.place().offset() + t * each, each));
            }
        });
        // The first call of all takes longer than most kernels, and should be part of no kernel's time: this one runs no program.
        kernels.values().stream().findFirst().ifPresent(kernel -> KernelLibrary.call(kernel, pointers, 0, 0, scratch.getFirst()));
    }

    @Override
    public long allocatedBytes() {
        return arena.byteSize();
    }

    @Override
    public long stagingBytes() {
        return exchanges.stagingBytes();
    }

    @Override
    public Plan plan() {
        return plan;
    }

    @Override
    public ImmutableList<Plan.Buffer> wanted() {
        return plan.buffers().stream().filter(b -> b.place().kind().isGiven()).collect(ImmutableList.toImmutableList());
    }

    @Override
    public void fill(Plan.Buffer buffer, BiConsumer<Plan.Buffer, MemorySegment> writer) {
        var place = arena.asSlice(buffer.place().offset(), buffer.place().bytes());
        if (buffer.layout().isRowMajor()) {
            writer.accept(buffer, place);
            return;
        }
        try (var temporary = Arena.ofConfined()) {
            var rowMajor = HostMemory.allocate(buffer.type().bytes(), "`" + buffer.place().external() + "`", temporary);
            writer.accept(buffer, rowMajor);
            LayoutCodec.pack(buffer.type(), buffer.layout(), rowMajor, place);
        }
    }

    @Override
    public ImmutableMap<String, TensorData> outputs() {
        return copies(Kind.OUTPUT);
    }

    @Override
    public ImmutableMap<String, TensorData> state() {
        return copies(Kind.STATE);
    }

    @Override
    public TensorData state(String external) {
        return plan.buffers().stream().filter(buffer -> buffer.place().kind() == Kind.STATE && buffer.place().external().equals(external)).findFirst()
                .map(this::copy).orElseThrow();
    }

    private ImmutableMap<String, TensorData> copies(Kind kind) {
        var copies = new LinkedHashMap<String, TensorData>();
        plan.buffers().stream().filter(buffer -> buffer.place().kind() == kind).forEach(buffer -> copies.put(buffer.place().external(), copy(buffer)));
        return ImmutableMap.copyOf(copies);
    }

    private TensorData copy(Plan.Buffer buffer) {
        var bytes = HostMemory.allocate(buffer.type().bytes(), "`" + buffer.place().external() + "`", Arena.ofAuto());
        LayoutCodec.unpack(buffer.type(), buffer.layout(), arena.asSlice(buffer.place().offset(), buffer.place().bytes()), bytes);
        return new TensorData(TensorHeader.of(buffer.type().dtype(), buffer.type().shape()), bytes);
    }

    /** Is told of every launch when it has ended; times are {@link System#nanoTime}. */
    @FunctionalInterface
    public interface LaunchListener {
        void launched(String kernel, long startNanos, long endNanos);
    }

    @Override
    public void onLaunch(LaunchListener newListener) {
        listener = newListener;
    }

    @Override
    public void onLanding(ExchangeRunner.ExchangeListener newListener) {
        exchanges.onLanding(newListener);
    }

    /** What the exchanges of all later runs come to. */
    public ExchangeRunner exchanges() {
        return exchanges;
    }

    @Override
    public void checkFinite() {
        checksFinite = true;
    }

    /** Runs all steps once; returns the wall time in nanoseconds. */
    public long run() {
        iterations.clear(); // a run before may have ended with an error inside a loop
        long start = System.nanoTime();
        run(plan.steps());
        timedRuns++;
        return System.nanoTime() - start;
    }

    /** Time of each kernel, summed over its launches in all runs so far. */
    public record KernelTime(String kernel, long launches, long nanos) {}

    @Override
    public int timedRuns() {
        return timedRuns;
    }

    @Override
    public ImmutableList<KernelTime> kernelTimes() {
        return nanos.entrySet().stream().map(e -> new KernelTime(e.getKey(), launches.get(e.getKey()), e.getValue()))
                .collect(ImmutableList.toImmutableList());
    }

    @Override
    public ImmutableList<ExchangeRunner.ExchangeTime> exchangeTimes() {
        return exchanges.times();
    }

    @Override
    public void resetTimes() {
        timedRuns = 0;
        nanos.clear();
        launches.clear();
        exchanges.resetTimes();
    }

    private void run(List<Step> steps) {
        for (int s = 0; s < steps.size(); s++) {
            switch (steps.get(s)) {
                case Step.Launch launch -> launch(launch);
                case Step.Copy(Argument from, Argument to) -> copy(from, to);
                case Step.Loop loop -> loop(loop);
                case Step.Start start -> exchanges.start(start, bytes(start.from()), bytes(start.to()),
                        s + 1 < steps.size() && steps.get(s + 1).equals(new Step.Await(start.flight())));
                case Step.Await(int flight) -> exchanges.await(flight);
            }
        }
    }

    private MemorySegment bytes(Argument argument) {
        return arena.asSlice(offset(argument), Slice.of(plan.buffers().get(argument.buffer()), argument).bytes());
    }

    private void loop(Step.Loop loop) {
        int depth = iterations.size();
        iterations.add(0L);
        for (long i = 0; i < loop.count(); i++) {
            iterations.set(depth, loop.reversed() ? loop.count() - 1 - i : i);
            run(loop.steps());
        }
        iterations.removeLast();
    }

    private void copy(Argument from, Argument to) {
        long source = offset(from);
        long target = offset(to);
        var read = Slice.of(plan.buffers().get(from.buffer()), from).stretches();
        var written = Slice.of(plan.buffers().get(to.buffer()), to).stretches();
        // Stretches of one side may be parts of longer ones of the other.
        long bytes = Math.min(read.bytes(), written.bytes());
        for (long at = 0; source != target && at < read.count() * read.bytes(); at += bytes) {
            MemorySegment.copy(arena, source + at / read.bytes() * read.pitch() + at % read.bytes(), arena,
                    target + at / written.bytes() * written.pitch() + at % written.bytes(), bytes);
        }
    }

    private long offset(Argument argument) {
        return Slice.offsetBytes(plan.buffers().get(argument.buffer()), argument, iterations);
    }

    private void launch(Step.Launch launch) {
        long start = System.nanoTime();
        for (int a = 0; a < launch.arguments().size(); a++) {
            pointers.setAtIndex(ValueLayout.ADDRESS, a, arena.asSlice(offset(launch.arguments().get(a))));
        }
        var kernel = kernels.get(launch.kernel());
        long programs = plan.kernels().get(launch.kernel()).programs();
        long portion = Math.max(1, programs / ((long) team.size() * PORTIONS_PER_THREAD));
        if (team.size() == 1 || programs == 1) {
            KernelLibrary.call(kernel, pointers, 0, programs, scratch.getFirst());
        } else {
            var next = new AtomicLong();
            team.run(member -> {
                for (long begin = next.getAndAdd(portion); begin < programs; begin = next.getAndAdd(portion)) {
                    KernelLibrary.call(kernel, pointers, begin, Math.min(programs, begin + portion), scratch.get(member));
                }
            });
        }
        long end = System.nanoTime();
        listener.launched(launch.kernel(), start, end);
        nanos.merge(launch.kernel(), end - start, Long::sum);
        launches.merge(launch.kernel(), 1L, Long::sum);
        if (checksFinite) {
            outputsAreFinite(launch);
        }
    }

    private void outputsAreFinite(Step.Launch launch) {
        var parameters = plan.kernels().get(launch.kernel()).parameters();
        for (int a = 0; a < parameters.size(); a++) {
            if (parameters.get(a).mode() == Kernel.Mode.OUT) {
                var argument = launch.arguments().get(a);
                var buffer = plan.buffers().get(argument.buffer());
                var slice = Slice.of(buffer, argument);
                FiniteCheck.check(launch, buffer, slice, arena.asSlice(offset(argument), Math.min(slice.bytes(), arena.byteSize() - offset(argument))), iterations);
            }
        }
    }

    @Override
    public void close() {
        team.close();
        memory.close();
    }
}
