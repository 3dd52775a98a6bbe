package pleat.runtime.cuda;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.LongStream;
import pleat.ir.kernel.Kernel.Mode;
import pleat.ir.plan.GpuCode;
import pleat.ir.plan.GpuKernel;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Argument;
import pleat.ir.plan.Plan.Kind;
import pleat.ir.plan.Plan.Step;
import pleat.ir.plan.Slice;
import pleat.ir.plan.StepCursor;
import pleat.runtime.host.ExchangeRunner.ExchangeListener;
import pleat.runtime.host.ExchangeRunner.ExchangeTime;
import pleat.runtime.host.FiniteCheck;
import pleat.runtime.host.LoadedPlan;
import pleat.runtime.host.PlanRunner.KernelTime;
import pleat.runtime.host.PlanRunner.LaunchListener;
import pleat.runtime.io.TensorData;

/**
 * One logical device: a plan, its arena on a GPU (or on the emulator), and where it is in the plan. Several of them may share a GPU; {@link GpuGroup}
 * runs them.
 */
public final class GpuRunner implements LoadedPlan, AutoCloseable {
    private final Plan plan;
    private final Driver driver;
    private final GpuMemory memory;
    private final ImmutableMap<String, Launchable> kernels;
    private final ImmutableMap<String, GpuCode.Batch> batches;
    private final long scratch;
    private final GpuExchanges.Device exchanges;
    private final Optional<ProductChoices> choices;
    private final ImmutableMap<String, PlainProduct> products;
    private final LaunchTimes times;
    private StepCursor cursor;
    private boolean isTimed = true;
    private int timedRuns;
    private Optional<WriteListener> written = Optional.empty();

    private record Launchable(Driver.Kernel kernel, GpuKernel how) {}

    /**
     * @param modules the texts of the code, loaded
     * @param choices who computes plain products; empty: Pleat's kernels
     */
    GpuRunner(GpuGroup.Program program, Driver driver, ImmutableList<Driver.Module> modules, GpuExchanges.Device exchanges, Optional<ProductChoices> choices) {
        plan = program.plan();
        var code = program.code();
        this.driver = driver;
        this.exchanges = exchanges;
        this.choices = choices;
        products = choices.isPresent() ? products(plan, code) : ImmutableMap.of();
        times = new LaunchTimes(driver);
        var found = ImmutableMap.<String, Launchable>builder();
        code.kernels().forEach((name, how) -> found.put(name, new Launchable(modules.get(how.text()).kernel(how.entry()), how)));
        code.batches().values().stream().map(GpuCode.Batch::how)
                .forEach(how -> found.put(how.name(), new Launchable(modules.get(how.text()).kernel(how.entry()), how)));
        kernels = found.build();
        batches = code.batches();
        memory = new GpuMemory(plan, driver);
        scratch = plan.buffers().stream().filter(b -> b.place().kind() == Kind.SCRATCH).findFirst().map(b -> memory.address(b.place().offset())).orElse(0L);
        cursor = new StepCursor(plan.steps());
    }

    private static ImmutableMap<String, PlainProduct> products(Plan plan, GpuCode code) {
        var found = ImmutableMap.<String, PlainProduct>builder();
        code.kernels().keySet().forEach(name -> PlainProduct.of(plan.kernels().get(name)).ifPresent(product -> found.put(name, product)));
        return found.build();
    }

    /** What is launched for a kernel of the plan. */
    public Driver.Kernel kernel(String name) {
        return kernels.get(name).kernel();
    }

    @Override
    public Plan plan() {
        return plan;
    }

    @Override
    public long allocatedBytes() {
        return plan.arena().bytes();
    }

    @Override
    public long stagingBytes() {
        return exchanges.stagingBytes();
    }

    @Override
    public ImmutableList<Plan.Buffer> wanted() {
        return plan.buffers().stream().filter(b -> b.place().kind().isGiven()).collect(ImmutableList.toImmutableList());
    }

    @Override
    public void fill(Plan.Buffer buffer, BiConsumer<Plan.Buffer, MemorySegment> writer) {
        memory.fill(buffer, writer);
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
        return plan.buffers().stream().filter(b -> b.place().kind() == Kind.STATE && b.place().external().equals(external)).findFirst().map(memory::tensor)
                .orElseThrow();
    }

    private ImmutableMap<String, TensorData> copies(Kind kind) {
        Map<String, TensorData> copies = new LinkedHashMap<>();
        plan.buffers().stream().filter(b -> b.place().kind() == kind).forEach(b -> copies.put(b.place().external(), memory.tensor(b)));
        return ImmutableMap.copyOf(copies);
    }

    /** Launches are reported when a run is over. */
    @Override
    public void onLaunch(LaunchListener listener) {
        times.onLaunch(listener);
    }

    /** Exchanges are reported when a run is over. */
    @Override
    public void onLanding(ExchangeListener listener) {
        exchanges.times().onLanding(listener);
    }

    /** Is shown what a launch has written, as it lies in the arena. */
    @FunctionalInterface
    public interface WriteListener {
        /**
         * @param argument its number among those of the launch
         * @param iterations of the loops around the launch
         */
        void written(Step.Launch launch, int argument, Slice slice, MemorySegment memory, List<Long> iterations);
    }

    /** Waits for every launch of all later runs, and shows what it wrote. */
    public void onWritten(WriteListener listener) {
        written = Optional.of(listener);
    }

    @Override
    public void checkFinite() {
        onWritten((launch, argument, slice, bytes, iterations) -> FiniteCheck.check(launch,
                plan.buffers().get(launch.arguments().get(argument).buffer()), slice, bytes, iterations));
    }

    @Override
    public int timedRuns() {
        return timedRuns;
    }

    @Override
    public ImmutableList<KernelTime> kernelTimes() {
        return times.all();
    }

    @Override
    public ImmutableList<ExchangeTime> exchangeTimes() {
        return exchanges.times().all();
    }

    @Override
    public void resetTimes() {
        timedRuns = 0;
        times.reset();
        exchanges.times().reset();
    }

    /** Whether somebody looks at every launch, which a graph does not show. */
    boolean isWatched() {
        return written.isPresent() || times.hasListener();
    }

    /** @param timed whether launches are marked, which a graph cannot have */
    void begin(boolean timed) {
        times.drop();
        isTimed = timed;
        cursor = new StepCursor(plan.steps());
    }

    void end(Driver.Mark start, long startNanos) {
        times.settle(start, startNanos);
        exchanges.times().settle(start, startNanos);
        timedRuns++;
    }

    /** Asks for steps until the device has to wait for others, or has come to its end; whether there was any. */
    boolean advance() {
        boolean moved = false;
        while (exchanges.isFree()) {
            var step = cursor.next();
            if (step.isEmpty()) {
                return moved;
            }
            run(step.get());
            moved = true;
        }
        return moved;
    }

    private void run(Step step) {
        switch (step) {
            case Step.Launch launch -> launch(launch);
            case Step.Copy(Argument from, Argument to) -> copy(from, to);
            case Step.Loop _ -> throw new IllegalStateException("a cursor gives no loops");
            case Step.Start start -> exchanges.start(start, memory.address(offset(start.from())), memory.address(offset(start.to())));
            case Step.Await(int flight) -> exchanges.await(flight);
        }
    }

    private long offset(Argument argument) {
        return offset(argument, cursor.iterations());
    }

    private long offset(Argument argument, List<Long> iterations) {
        return Slice.offsetBytes(plan.buffers().get(argument.buffer()), argument, iterations);
    }

    /** For each kernel that is launched by itself what a run asks for when it comes to it for the first time. Nothing is launched. */
    public ImmutableMap<String, Driver.Launch> firstLaunches() {
        var first = new LinkedHashMap<String, Driver.Launch>();
        var all = new StepCursor(plan.steps());
        for (var step = all.next(); step.isPresent(); step = all.next()) {
            if (step.get() instanceof Step.Launch launch && kernels.containsKey(launch.kernel())) {
                first.computeIfAbsent(launch.kernel(), name -> asked(kernels.get(name), List.of(launch), all.iterations()));
            }
        }
        return ImmutableMap.copyOf(first);
    }

    private Driver.Launch asked(Launchable kernel, List<Step.Launch> launches, List<Long> iterations) {
        var arguments = launches.stream().flatMap(launch -> launch.arguments().stream()).mapToLong(argument -> memory.address(offset(argument, iterations)));
        var how = kernel.how();
        var parameters = Parameters.of(driver, how, LongStream.concat(arguments, LongStream.of(scratch)).toArray());
        return new Driver.Launch(kernel.kernel(), Driver.Extent.of(how.grid()), Driver.Extent.of(how.block()), how.memory().sharedBytes(), parameters.toBytes());
    }

    private void launch(Step.Launch launch) {
        var batch = batches.get(launch.kernel());
        if (batch == null) {
            launch(kernels.get(launch.kernel()), List.of(launch));
            return;
        }
        var launches = new ArrayList<Step.Launch>(List.of(launch));
        for (String kernel : batch.kernels().subList(1, batch.kernels().size())) {
            if (!(cursor.next().orElseThrow() instanceof Step.Launch next) || !next.kernel().equals(kernel)) {
                throw new IllegalStateException("kernel `" + kernel + "` is in a batch, and does not follow");
            }
            launches.add(next);
        }
        launch(kernels.get(batch.how().name()), launches);
    }

    private void launch(Launchable kernel, List<Step.Launch> launches) {
        var asked = asked(kernel, launches, cursor.iterations());
        var work = chosen(kernel.how().name(), launches.getFirst(), () -> driver.launch(asked));
        if (isTimed) {
            times.time(kernel.how().name(), work);
        } else {
            work.run();
        }
        written.ifPresent(listener -> launches.forEach(launch -> show(launch, listener)));
    }

    /** What asks for a kernel, or for the library's product in its place. */
    private Runnable chosen(String kernel, Step.Launch launch, Runnable own) {
        if (!products.containsKey(kernel)) {
            return own;
        }
        var addresses = launch.arguments().stream().mapToLong(argument -> memory.address(offset(argument))).toArray();
        return choices.orElseThrow().work(new ProductChoices.Asked(kernel, products.get(kernel), addresses), own, isTimed);
    }

    private void show(Step.Launch launch, WriteListener listener) {
        var parameters = plan.kernels().get(launch.kernel()).parameters();
        for (int a = 0; a < parameters.size(); a++) {
            if (parameters.get(a).mode() == Mode.OUT) {
                var argument = launch.arguments().get(a);
                var slice = Slice.of(plan.buffers().get(argument.buffer()), argument);
                listener.written(launch, a, slice, memory.bytes(offset(argument), slice.bytes()), cursor.iterations());
            }
        }
    }

    private void copy(Argument from, Argument to) {
        long source = memory.address(offset(from));
        long target = memory.address(offset(to));
        var read = Slice.of(plan.buffers().get(from.buffer()), from).stretches();
        var written = Slice.of(plan.buffers().get(to.buffer()), to).stretches();
        // Stretches of one side may be parts of longer ones of the other.
        long bytes = Math.min(read.bytes(), written.bytes());
        for (long at = 0; source != target && at < read.count() * read.bytes(); at += bytes) {
            driver.copy(target + at / written.bytes() * written.pitch() + at % written.bytes(), source + at / read.bytes() * read.pitch() + at % read.bytes(),
                    bytes);
        }
    }

    @Override
    public void close() {
        times.drop();
        memory.close();
    }
}
