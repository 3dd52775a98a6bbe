package pleat.cli.execute;

import com.google.common.collect.ImmutableList;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import pleat.ir.interp.NdArray;
import pleat.ir.interp.PlanInterpreter;
import pleat.ir.interp.Rounding;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Step;
import pleat.ir.type.DType;
import pleat.runtime.cuda.GpuRunner.WriteListener;
import pleat.runtime.host.LayoutCodec;
import pleat.runtime.io.TensorData;

/**
 * Compares what each kernel of a run writes with what the interpreter makes in f64 of the memory that the kernel found: what the kernels before it
 * rounded, or did wrong, does not count. What nobody can ask a kernel to have right is found by interpreting twice more: with tiles rounded to f32,
 * which shows, for instance, that a row whose keys are all masked by a large number is that number and no more; and of memory whose numbers are moved
 * by half a unit of the last digit at most, but for whole ones, which masks and indices are.
 */
public final class KernelCheck {
    /** What is this much smaller than all that a kernel writes is zero but for rounding, as is the gradient of a mean. */
    private static final double ZERO = 1e-12;
    /** Sums are rounded on the way, too. */
    private static final double F32_SLACK = 4;
    private static final long SEED = 7;

    private final DType storage;
    private final List<Written> written = new ArrayList<>();
    private final List<Error> errors = new ArrayList<>();

    private record Written(Step.Launch launch, int argument, double[] values) {}

    /** @param storage of floating tensors, by whose last digit numbers are moved */
    public KernelCheck(DType storage) {
        this.storage = storage;
    }

    /**
     * Of one launch; what is relative is so to the largest element.
     *
     * @param parameter what it writes
     * @param error the largest difference beyond {@link #F32_SLACK} times what rounded tiles change in the same row; infinite where one is finite and the
     *     other is not
     * @param moved the largest difference that moved memory makes where that stays finite
     */
    public record Error(String kernel, String parameter, double error, double moved) {}

    /** Remembers what a run writes. */
    WriteListener listener() {
        return (launch, argument, slice, memory, _) -> {
            try (var scratch = Arena.ofConfined()) {
                written.add(new Written(launch, argument, LayoutCodec.rowMajor(slice, memory, scratch).toDoubles()));
            }
        };
    }

    /**
     * Compares the run that was listened to.
     *
     * @param arguments by {@link Arguments#key}, as the run had them
     */
    void compare(Plan plan, Map<String, TensorData> arguments) {
        var exact = computed(plan, arguments, UnaryOperator.identity(), false);
        var rounded = computed(plan, arguments, UnaryOperator.identity(), true);
        var random = new SplittableRandom(SEED);
        var moved = computed(plan, arguments, values -> Rounding.moved(values, storage, random), false);
        var ofLaunch = new IdentityHashMap<Step.Launch, Double>();
        for (int i = 0; i < written.size(); i++) {
            ofLaunch.merge(written.get(i).launch, largest(exact.get(i)), Math::max);
        }
        for (int i = 0; i < written.size(); i++) {
            var launch = written.get(i).launch;
            var parameter = plan.kernels().get(launch.kernel()).parameters().get(written.get(i).argument);
            int columns = (int) Arrays.stream(parameter.type().shape()).reduce(1, (_, last) -> last);
            double scale = scale(largest(exact.get(i)), ofLaunch.get(launch));
            double[] known = exact.get(i);
            double off = difference(written.get(i).values, known, allowed(known, rounded.get(i), columns)) / scale;
            errors.add(new Error(launch.kernel(), parameter.name(), off, spread(moved.get(i), known) / scale));
        }
        written.clear();
    }

    /** What the interpreter makes for each part that the run wrote, of what the run wrote before. */
    private List<double[]> computed(Plan plan, Map<String, TensorData> arguments, UnaryOperator<double[]> found, boolean roundsTiles) {
        var computed = new ArrayList<double[]>();
        PlanInterpreter.follow(plan, buffer -> found(arguments.get(Arguments.key(buffer)), buffer, found), new PlanInterpreter.Follower() {
            @Override
            public double[] written(Step.Launch launch, int argument, double[] values) {
                int number = computed.size();
                if (number == written.size() || written.get(number).launch != launch || written.get(number).argument != argument) {
                    throw new IllegalStateException("the run has not written what kernel `%s` of the plan writes".formatted(launch.kernel()));
                }
                computed.add(inRange(values, plan.buffers().get(launch.arguments().get(argument).buffer()).type().dtype()));
                return found.apply(written.get(number).values);
            }

            @Override
            public boolean roundsTiles() {
                return roundsTiles;
            }
        });
        return computed;
    }

    private static NdArray found(TensorData tensor, Plan.Buffer buffer, UnaryOperator<double[]> found) {
        return NdArray.of(found.apply(Rounding.toDType(tensor.toDoubles(), buffer.type().dtype())), tensor.shape().toArray());
    }

    /** What the type of a buffer has no number for is infinite there. */
    private static double[] inRange(double[] values, DType dtype) {
        return Arrays.stream(values).map(value -> {
            double stored = Rounding.toDType(value, dtype);
            return Double.isInfinite(stored) ? stored : value;
        }).toArray();
    }

    private static double scale(double own, double all) {
        return Math.max(Double.MIN_NORMAL, own <= ZERO * all ? all : own);
    }

    private static double largest(double[] values) {
        return Arrays.stream(values).filter(Double::isFinite).map(Math::abs).max().orElse(0);
    }

    /** What rounded tiles allow: as much for every column of a row, since it is chance what rounding leaves alone in one that is masked. */
    private static double[] allowed(double[] exact, double[] rounded, int columns) {
        var allowed = new double[exact.length];
        for (int row = 0; row < exact.length; row += columns) {
            double most = 0;
            for (int i = row; i < row + columns; i++) {
                double difference = F32_SLACK * Math.abs(rounded[i] - exact[i]);
                most = Double.isFinite(difference) ? Math.max(most, difference) : most;
            }
            Arrays.fill(allowed, row, row + columns, most);
        }
        return allowed;
    }

    /** The largest difference beyond what is allowed. Infinities and NaNs must be in the same places. */
    private static double difference(double[] actual, double[] expected, double[] allowed) {
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            if (Double.isFinite(actual[i]) && Double.isFinite(expected[i])) {
                difference = Math.max(difference, Math.abs(actual[i] - expected[i]) - allowed[i]);
            } else if (Double.compare(actual[i], expected[i]) != 0) {
                return Double.POSITIVE_INFINITY;
            }
        }
        return difference;
    }

    private static double spread(double[] moved, double[] exact) {
        return IntStream.range(0, exact.length).mapToDouble(i -> Math.abs(moved[i] - exact[i])).filter(Double::isFinite).max().orElse(0);
    }

    /** Of all launches of all runs that were compared, in their order. */
    public ImmutableList<Error> errors() {
        return ImmutableList.copyOf(errors);
    }
}
