package pleat.cli.execute;

import com.google.common.collect.ImmutableList;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import pleat.ir.interp.NdArray;
import pleat.ir.interp.PlanInterpreter;
import pleat.ir.interp.Rounding;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Step;
import pleat.runtime.cuda.GpuRunner.WriteListener;
import pleat.runtime.host.LayoutCodec;
import pleat.runtime.io.TensorData;

/**
 * Compares what each kernel of a run writes with what the interpreter makes in f64 of the memory that the kernel found: what the kernels before it rounded, or
 * did wrong, does not count. A second time the interpreter gets this memory moved by half a unit of its last digits at most: what that changes is what nobody
 * can ask a kernel to have right.
 */
public final class KernelCheck {
    /** What is this much smaller than all that a kernel writes is zero but for rounding, as is the gradient of a mean. */
    private static final double ZERO = 1e-12;
    private static final long SEED = 7;

    private final double unit;
    private final List<Written> written = new ArrayList<>();
    private final List<Error> errors = new ArrayList<>();

    private record Written(Step.Launch launch, int argument, double[] values) {}

    /** @param unit by how much, relative to them, numbers are moved */
    public KernelCheck(double unit) {
        this.unit = unit;
    }

    /**
     * The worst of all launches of a kernel; what is relative is so to the largest element.
     *
     * @param parameter what it writes
     * @param error the largest difference; infinite where one is finite and the other is not
     * @param moved the largest difference that moved memory makes
     */
    public record Error(String kernel, String parameter, double error, double moved) {
        private double excess() {
            return error - moved;
        }
    }

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
        var exact = computed(plan, arguments, values -> values);
        var random = new SplittableRandom(SEED);
        var moved = computed(plan, arguments, values -> moved(values, random));
        var ofLaunch = new IdentityHashMap<Step.Launch, Double>();
        for (int i = 0; i < written.size(); i++) {
            ofLaunch.merge(written.get(i).launch, largest(exact.get(i)), Math::max);
        }
        Map<String, Error> worst = new LinkedHashMap<>();
        for (int i = 0; i < written.size(); i++) {
            var launch = written.get(i).launch;
            String parameter = plan.kernels().get(launch.kernel()).parameters().get(written.get(i).argument).name();
            double scale = scale(largest(exact.get(i)), ofLaunch.get(launch));
            var error = new Error(launch.kernel(), parameter, difference(written.get(i).values, exact.get(i)) / scale, difference(moved.get(i), exact.get(i)) / scale);
            worst.merge(launch.kernel() + " " + parameter, error, (a, b) -> a.excess() >= b.excess() ? a : b);
        }
        errors.addAll(worst.values());
        written.clear();
    }

    /** What the interpreter makes for each part that the run wrote, of what the run wrote before. */
    private List<double[]> computed(Plan plan, Map<String, TensorData> arguments, UnaryOperator<double[]> found) {
        var computed = new ArrayList<double[]>();
        PlanInterpreter.follow(plan, buffer -> stored(arguments.get(Arguments.key(buffer)), buffer), (launch, argument, values) -> {
            int number = computed.size();
            if (number == written.size() || written.get(number).launch != launch || written.get(number).argument != argument) {
                throw new IllegalStateException("the run has not written what kernel `%s` of the plan writes".formatted(launch.kernel()));
            }
            computed.add(values.clone());
            return found.apply(written.get(number).values);
        });
        return computed;
    }

    private static NdArray stored(TensorData tensor, Plan.Buffer buffer) {
        return NdArray.of(Rounding.toDType(tensor.toDoubles(), buffer.type().dtype()), tensor.shape().toArray());
    }

    private double[] moved(double[] values, SplittableRandom random) {
        return Arrays.stream(values).map(value -> value * (1 + unit * random.nextDouble(-1, 1))).toArray();
    }

    private static double scale(double own, double all) {
        return Math.max(Double.MIN_NORMAL, own <= ZERO * all ? all : own);
    }

    private static double largest(double[] values) {
        return Arrays.stream(values).filter(Double::isFinite).map(Math::abs).max().orElse(0);
    }

    /** Infinities and NaNs must be in the same places. */
    private static double difference(double[] actual, double[] expected) {
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            if (Double.isFinite(actual[i]) && Double.isFinite(expected[i])) {
                difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
            } else if (Double.compare(actual[i], expected[i]) != 0) {
                return Double.POSITIVE_INFINITY;
            }
        }
        return difference;
    }

    /** By kernel, in the order in which a plan has them; of all runs that were compared. */
    public ImmutableList<Error> errors() {
        return ImmutableList.copyOf(errors);
    }
}
