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

    /**
     * @param start first element of the result in its buffer
     */
    private record Flight(Argument to, int start, ExchangeInterpreter.Ticket ticket) {}

    private final Plan plan;
    private final List<double[]> contents = new ArrayList<>();
    /** For each buffer the one that overwrote it, or {@link #NOBODY}. */
    private final int[] overwrittenBy;
    private final StepCursor cursor;
    private final Map<Integer, Flight> flights = new LinkedHashMap<>();
    private Optional<Flight> awaited = Optional.empty();
    private boolean hasEnded;

    private PlanInterpreter(Plan plan, Function<Plan.Buffer, NdArray> inputs) {
        this.plan = plan;
        this.cursor = new StepCursor(plan.steps());
        plan.buffers().forEach(buffer -> contents.add(new double[buffer.place().kind() == Kind.SCRATCH ? 0 : (int) buffer.type().elements()]));
        overwrittenBy = new int[contents.size()];
        java.util.Arrays.fill(overwrittenBy, NOBODY);
        for (int b = 0; b < plan.buffers().size(); b++) {
            var buffer = plan.buffers().get(b);
            switch (buffer.place().kind()) {
                case INPUT, WEIGHT, COTANGENT, STATE -> contents.set(b, inputs.apply(buffer).toArray());
                case OUTPUT, TEMPORARY, SCRATCH -> {
                }
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
            devices.add(new PlanInterpreter(plans.get(d), buffer -> inputs.apply(device, buffer)));
        }
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
        return devices.stream().map(PlanInterpreter::outputs).collect(ImmutableList.toImmutableList());
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
                long elements = Math.min(elements(from), elements(to));
                System.arraycopy(contents.get(from.buffer()), start(from), contents.get(to.buffer()), start(to), (int) elements);
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
        var operand = java.util.Arrays.copyOfRange(contents.get(from.buffer()), start(from), start(from) + (int) slice.type().elements());
        written(start.to().buffer());
        overwrittenBy[start.to().buffer()] = ON_ITS_WAY;
        flights.put(start.flight(), new Flight(start.to(), start(start.to()), meetings.start(start.exchange(), operand, slice.type().shape())));
    }

    /** Whether the result that the device waits for is there, and now in its place. */
    private boolean land(ExchangeInterpreter meetings) {
        var flight = awaited.orElseThrow();
        var result = meetings.result(flight.ticket());
        result.ifPresent(values -> {
            System.arraycopy(values, 0, contents.get(flight.to().buffer()), flight.start(), values.length);
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
            if (kernel.parameters().get(a).mode() == Kernel.Mode.IN) {
                checkWhole(argument.buffer(), launch.kernel());
            }
            int start = start(argument);
            int elements = (int) kernel.parameters().get(a).type().elements();
            var whole = contents.get(argument.buffer());
            views.add(start == 0 && elements == whole.length ? whole : java.util.Arrays.copyOfRange(whole, start, start + elements));
        }
        KernelInterpreter.run(kernel, views);
        for (int a = 0; a < views.size(); a++) {
            var argument = launch.arguments().get(a);
            if (kernel.parameters().get(a).mode() == Kernel.Mode.OUT) {
                System.arraycopy(views.get(a), 0, contents.get(argument.buffer()), start(argument), views.get(a).length);
                written(argument.buffer());
            }
        }
    }

    /** First element of an argument in its buffer's row-major order. Slices are taken from leading dims, which every layout keeps in front. */
    private int start(Argument argument) {
        var buffer = plan.buffers().get(argument.buffer());
        var shape = buffer.type().shape();
        var strides = buffer.layout().pieceStrides(shape);
        long rowMajor = 0;
        int dim = 0;
        for (int depth = 0; depth < argument.loopStrides().size(); depth++) {
            if (argument.loopStrides().get(depth) != 0) {
                if (strides[dim] * buffer.type().dtype().bytes() != argument.loopStrides().get(depth)) {
                    throw new IllegalStateException("buffer `" + buffer.name() + "` is sliced by a stride that is not one of its dims");
                }
                long inner = java.util.Arrays.stream(shape, dim + 1, shape.length).reduce(1, (a, b) -> a * b);
                rowMajor += cursor.iterations().get(depth) * inner;
                dim++;
            }
        }
        return Math.toIntExact(rowMajor);
    }

    private long elements(Argument argument) {
        var shape = plan.buffers().get(argument.buffer()).type().shape();
        int sliced = (int) argument.loopStrides().stream().filter(s -> s != 0).count();
        return java.util.Arrays.stream(shape, sliced, shape.length).reduce(1, (a, b) -> a * b);
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
