package pleat.ir.interp;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import pleat.ir.kernel.Kernel;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Argument;
import pleat.ir.plan.Plan.Kind;
import pleat.ir.plan.Plan.Step;

/**
 * Runs a plan in f64, and watches its arena: a step that reads a buffer whose bytes another buffer has taken in the meantime is a mistake of
 * the plan and is reported.
 */
public final class PlanInterpreter {
    private static final int NOBODY = -1;

    private final Plan plan;
    private final List<double[]> contents = new ArrayList<>();
    /** For each buffer the one that overwrote it, or {@link #NOBODY}. */
    private final int[] overwrittenBy;
    private final List<Long> iterations = new ArrayList<>();

    private PlanInterpreter(Plan plan) {
        this.plan = plan;
        plan.buffers().forEach(buffer -> contents.add(new double[buffer.place().kind() == Kind.SCRATCH ? 0 : (int) buffer.type().elements()]));
        overwrittenBy = new int[contents.size()];
        java.util.Arrays.fill(overwrittenBy, NOBODY);
    }

    /**
     * @param inputs row-major value of each input, weight and cotangent buffer
     * @return the outputs by external name
     */
    public static ImmutableMap<String, NdArray> run(Plan plan, Function<Plan.Buffer, NdArray> inputs) {
        var interpreter = new PlanInterpreter(plan);
        for (int b = 0; b < plan.buffers().size(); b++) {
            var buffer = plan.buffers().get(b);
            switch (buffer.place().kind()) {
                case INPUT, WEIGHT, COTANGENT -> interpreter.contents.set(b, inputs.apply(buffer).toArray());
                case OUTPUT, TEMPORARY, SCRATCH -> {
                }
            }
        }
        interpreter.run(plan.steps());
        return interpreter.outputs();
    }

    private ImmutableMap<String, NdArray> outputs() {
        var outputs = new LinkedHashMap<String, NdArray>();
        for (int b = 0; b < plan.buffers().size(); b++) {
            var buffer = plan.buffers().get(b);
            if (buffer.place().kind() == Kind.OUTPUT) {
                checkWhole(b, "the end");
                outputs.put(buffer.place().external(), NdArray.of(contents.get(b), buffer.type().shape()));
            }
        }
        return ImmutableMap.copyOf(outputs);
    }

    private void run(List<Step> steps) {
        for (Step step : steps) {
            switch (step) {
                case Step.Launch launch -> launch(launch);
                case Step.Copy(Argument from, Argument to) -> {
                    checkWhole(from.buffer(), "a copy");
                    long elements = Math.min(elements(from), elements(to));
                    System.arraycopy(contents.get(from.buffer()), start(from), contents.get(to.buffer()), start(to), (int) elements);
                    written(to.buffer());
                }
                case Step.Loop loop -> {
                    int depth = iterations.size();
                    iterations.add(0L);
                    for (long i = 0; i < loop.count(); i++) {
                        iterations.set(depth, loop.reversed() ? loop.count() - 1 - i : i);
                        run(loop.steps());
                    }
                    iterations.removeLast();
                }
            }
        }
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
                rowMajor += iterations.get(depth) * inner;
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
            throw new IllegalStateException("%s reads buffer `%s` after `%s` took its place in the arena".formatted(where,
                    plan.buffers().get(reader).name(), plan.buffers().get(overwrittenBy[reader]).name()));
        }
    }
}
