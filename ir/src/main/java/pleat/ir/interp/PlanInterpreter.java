package pleat.ir.interp;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import pleat.ir.kernel.Kernel;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Argument;
import pleat.ir.plan.Plan.Kind;
import pleat.ir.plan.Plan.Step;
import pleat.ir.plan.Slice;
import pleat.ir.plan.StepCursor;

/**
 * Runs a plan in f64, and watches its arena: a step that reads a buffer whose bytes another buffer has taken in the meantime is a mistake of
 * the plan and is reported.
 */
public final class PlanInterpreter {
    private static final int NOBODY = -1;
    /** Instead of another buffer, an exchange that has not been awaited. */
    private static final int ON_ITS_WAY = -2;

    /** It ends beside where it starts, in the same turns of the loops around. */
    private record Flight(Argument to, ExchangeInterpreter.Ticket ticket) {}

    private final Plan plan;
    private final List<double[]> contents = new ArrayList<>();
    /** For each buffer the one that overwrote it, or {@link #NOBODY}. */
    private final int[] overwrittenBy;
    private final StepCursor cursor;
    private final Follower follower;
    private final Map<Integer, Flight> flights = new LinkedHashMap<>();
    private Optional<Flight> awaited = Optional.empty();
    private boolean hasEnded;

    private PlanInterpreter(Plan plan, Function<Plan.Buffer, NdArray> inputs, Follower follower) {
        this.plan = plan;
        this.follower = follower;
        this.cursor = new StepCursor(plan.steps());
        plan.buffers().forEach(buffer -> contents.add(new double[buffer.place().kind() == Kind.SCRATCH ? 0 : (int) buffer.type().elements()]));
        overwrittenBy = new int[contents.size()];
        java.util.Arrays.fill(overwrittenBy, NOBODY);
        for (int b = 0; b < plan.buffers().size(); b++) {
            var buffer = plan.buffers().get(b);
            if (buffer.place().kind().isGiven()) {
                // A consumed one is written to.
                contents.set(b, inputs.apply(buffer).toArray().clone());
            }
        }
    }

    /**
     * @param inputs row-major value of each input, weight and cotangent buffer
     * @return the outputs by external name
     */
    public static ImmutableMap<String, NdArray> run(Plan plan, Function<Plan.Buffer, NdArray> inputs) {
        return run(List.of(plan), (_, buffer) -> inputs.apply(buffer)).getFirst();
    }

    /** Is shown what each launch computes. */
    @FunctionalInterface
    public interface Follower {
        /**
         * @param argument its number among those of the launch
         * @param values row-major elements of what the launch writes there
         * @return what stands there from now on, as many elements
         */
        double[] written(Step.Launch launch, int argument, double[] values);

        /** Whether tiles are rounded to f32, as they are on chip. */
        default boolean roundsTiles() {
            return false;
        }
    }

    /**
     * As {@link #run(Plan, Function)}, and launches compute from what the follower said. Where that is what another run of the plan wrote, an error of one
     * launch is not one of the next.
     */
    public static ImmutableMap<String, NdArray> follow(Plan plan, Function<Plan.Buffer, NdArray> inputs, Follower follower) {
        var device = new PlanInterpreter(plan, inputs, follower);
        finish(List.of(device));
        return device.outputs();
    }

    /**
     * Runs the plans of all devices together: each goes on until it waits for another.
     *
     * @param inputs value of a buffer of the device with the given number
     * @return the outputs of each device
     */
    public static ImmutableList<ImmutableMap<String, NdArray>> run(List<Plan> plans, BiFunction<Integer, Plan.Buffer, NdArray> inputs) {
        var devices = new ArrayList<PlanInterpreter>();
        for (int d = 0; d < plans.size(); d++) {
            int device = d;
            devices.add(new PlanInterpreter(plans.get(d), buffer -> inputs.apply(device, buffer), (_, _, values) -> values));
        }
        finish(devices);
        return devices.stream().map(PlanInterpreter::outputs).collect(ImmutableList.toImmutableList());
    }

    private static void finish(List<PlanInterpreter> devices) {
        var meetings = new ExchangeInterpreter();
        while (!devices.stream().allMatch(device -> device.hasEnded)) {
            boolean anyMoved = false;
            for (var device : devices) {
                anyMoved |= device.advance(meetings);
            }
            if (!anyMoved) {
                throw new IllegalStateException("every device waits for another: " + meetings.waiting());
            }
        }
    }

    private ImmutableMap<String, NdArray> outputs() {
        var outputs = new LinkedHashMap<String, NdArray>();
        for (int b = 0; b < plan.buffers().size(); b++) {
            var buffer = plan.buffers().get(b);
            if (buffer.place().kind() == Kind.OUTPUT || buffer.place().kind() == Kind.STATE) {
                checkWhole(b, "the end");
                outputs.put(buffer.place().external(), NdArray.of(contents.get(b), buffer.type().shape()));
            }
        }
        return ImmutableMap.copyOf(outputs);
    }

    /** Runs steps until the device has to wait or has ended; false if it could not run any. */
    private boolean advance(ExchangeInterpreter meetings) {
        boolean moved = false;
        while (!hasEnded && (awaited.isEmpty() || land(meetings))) {
            moved = true;
            var step = cursor.next();
            hasEnded = step.isEmpty();
            step.ifPresent(next -> run(next, meetings));
        }
        return moved;
    }

    private void run(Step step, ExchangeInterpreter meetings) {
        switch (step) {
            case Step.Launch launch -> launch(launch);
            case Step.Copy(Argument from, Argument to) -> {
                checkWhole(from.buffer(), "a copy");
                put(to, part(from));
                written(to.buffer());
            }
            case Step.Start start -> start(start, meetings);
            case Step.Await(int flight) -> awaited = Optional.of(flights.remove(flight));
            case Step.Loop loop -> throw new IllegalStateException("`" + loop + "` was not entered");
        }
    }

    private void start(Step.Start start, ExchangeInterpreter meetings) {
        var from = start.from();
        checkWhole(from.buffer(), "an exchange");
        var slice = Slice.of(plan.buffers().get(from.buffer()), from);
        var operand = part(from).clone();
        written(start.to().buffer());
        overwrittenBy[start.to().buffer()] = ON_ITS_WAY;
        flights.put(start.flight(), new Flight(start.to(), meetings.start(start.exchange(), operand, slice.type().shape())));
    }

    /** Whether the result that the device waits for is there, and now in its place. */
    private boolean land(ExchangeInterpreter meetings) {
        var flight = awaited.orElseThrow();
        var result = meetings.result(flight.ticket());
        result.ifPresent(values -> {
            put(flight.to(), values);
            written(flight.to().buffer());
            awaited = Optional.empty();
        });
        return result.isPresent();
    }

    private void launch(Step.Launch launch) {
        Kernel kernel = plan.kernels().get(launch.kernel());
        var views = new ArrayList<double[]>();
        for (int a = 0; a < launch.arguments().size(); a++) {
            var argument = launch.arguments().get(a);
            if (kernel.parameters().get(a).mode().isRead()) {
                checkWhole(argument.buffer(), launch.kernel());
            }
            views.add(part(argument));
        }
        KernelInterpreter.run(kernel, views, follower.roundsTiles());
        for (int a = 0; a < views.size(); a++) {
            var argument = launch.arguments().get(a);
            if (kernel.parameters().get(a).mode() == Kernel.Mode.OUT) {
                put(argument, follower.written(launch, a, views.get(a)));
                written(argument.buffer());
            }
        }
    }

    /** The elements that an argument stands for, in row-major order: the buffer's own array if those are all. */
    private double[] part(Argument argument) {
        var whole = contents.get(argument.buffer());
        if (argument.loopStrides().isEmpty()) {
            return whole;
        }
        var slice = Slice.of(plan.buffers().get(argument.buffer()), argument);
        var part = new double[(int) slice.type().elements()];
        eachStretch(argument, slice, (from, to, count) -> System.arraycopy(whole, from, part, to, count));
        return part;
    }

    private void put(Argument argument, double[] part) {
        var whole = contents.get(argument.buffer());
        if (argument.loopStrides().isEmpty()) {
            System.arraycopy(part, 0, whole, 0, whole.length);
        } else {
            eachStretch(argument, Slice.of(plan.buffers().get(argument.buffer()), argument),
                    (to, from, count) -> System.arraycopy(part, from, whole, to, count));
        }
    }

    private interface Stretch {
        /**
         * @param inBuffer first element in the buffer
         * @param inPart where it is in the slice
         */
        void move(int inBuffer, int inPart, int count);
    }

    /** What lies side by side in the row-major order of the buffer and of the slice. */
    private void eachStretch(Argument argument, Slice slice, Stretch stretch) {
        var shape = plan.buffers().get(argument.buffer()).type().shape();
        var part = slice.type().shape();
        int sliced = shape.length - part.length;
        int dim = argument.window().map(window -> window.dim() - sliced).orElse(0);
        long inner = java.util.Arrays.stream(part, Math.min(part.length, dim + 1), part.length).reduce(1, (a, b) -> a * b);
        long outer = java.util.Arrays.stream(part, 0, dim).reduce(1, (a, b) -> a * b);
        int extent = part.length == 0 ? 1 : (int) part[dim];
        long room = part.length == 0 ? 1 : shape[sliced + dim];
        long first = start(argument, shape, sliced) + argument.window().map(w -> w.start() + w.extent() * cursor.iterations().get(w.depth())).orElse(0L) * inner;
        for (int o = 0; o < outer; o++) {
            stretch.move(Math.toIntExact(first + o * room * inner), Math.toIntExact(o * extent * inner), Math.toIntExact(extent * inner));
        }
    }

    /** First element of what the loops select by stepping through leading dims, which every layout keeps in front. */
    private long start(Argument argument, long[] shape, int sliced) {
        long position = 0;
        int dim = 0;
        for (int depth = 0; depth < argument.loopStrides().size(); depth++) {
            int here = depth;
            boolean isWindow = argument.window().filter(window -> window.depth() == here).isPresent();
            if (argument.loopStrides().get(depth) != 0 && !isWindow) {
                position = position * shape[dim] + cursor.iterations().get(depth);
                dim++;
            }
        }
        return position * java.util.Arrays.stream(shape, sliced, shape.length).reduce(1, (a, b) -> a * b);
    }

    private void written(int writer) {
        overwrittenBy[writer] = NOBODY;
        var place = plan.buffers().get(writer).place();
        for (int b = 0; b < overwrittenBy.length; b++) {
            var other = plan.buffers().get(b).place();
            boolean overlaps = place.offset() < other.offset() + other.bytes() && other.offset() < place.offset() + place.bytes();
            if (b != writer && overlaps) {
                overwrittenBy[b] = writer;
            }
        }
    }

    private void checkWhole(int reader, String where) {
        if (overwrittenBy[reader] != NOBODY) {
            throw new IllegalStateException(overwrittenBy[reader] == ON_ITS_WAY
                    ? "%s reads buffer `%s` before the exchange that fills it is awaited".formatted(where, plan.buffers().get(reader).name())
                    : "%s reads buffer `%s` after `%s` took its place in the arena".formatted(where,
                    plan.buffers().get(reader).name(), plan.buffers().get(overwrittenBy[reader]).name()));
        }
    }
}
