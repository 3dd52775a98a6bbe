package pleat.cli.devices;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import pleat.ir.type.DType;
import pleat.runtime.io.TensorData;

/**
 * Outputs and gradients of a plan against those of one device. Both round in each step, and sum in another order: differences are taken relative to
 * the largest element of the tensor.
 *
 * <table>
 * <caption>How much is taken for rounding</caption>
 * <tr><td>f32</td><td>1e-4</td><td>some hundred ops in another order, each with half a unit of 24 bits; with {@link SteadyNumbers}, and where there are none
 * three times what rounding does, up to 4e-2</td></tr>
 * <tr><td>f16</td><td>5e-3, or three times what rounding does</td><td>half a unit of 11 bits is 4.9e-4 of an element, and what is rounded differently goes
 * through all that follows; see Note [Narrow storage]</td></tr>
 * <tr><td>bf16</td><td>4e-2, or three times what rounding does</td><td>the same, of 8 bits</td></tr>
 * </table>
 */
final class PlanComparison {
    /** Some hundred ops in another order, each with half a unit of 24 bits. */
    private static final double F32 = 1e-4;

    /** More is no rounding of 24 bits, whatever the model and the numbers are. */
    static final double MOST_OF_F32 = 4e-2;

    /** Times what rounding alone does to one device: twice for two that round differently, and half as much again because maxima vary. */
    private static final double OF_ROUNDING = 3;

    /** A tensor this much smaller than most of its kind is zero but for rounding, as is the gradient of a bias in front of a softmax. */
    private static final double ZERO = 1e-5;

    private final WholeTensors tensors;
    private final Whole whole;

    PlanComparison(WholeTensors tensors, Whole whole) {
        this.tensors = tensors;
        this.whole = whole;
    }

    /**
     * What one device gives for the same numbers.
     *
     * @param expected stored as the plan stores it
     * @param otherwise the same with other roundings: first that in f32 if it is stored in less, and with weights moved by some units of the last place
     */
    record Whole(DType storage, Map<String, TensorData> expected, List<Map<String, TensorData>> otherwise) {
        /** How far from one device a plan may be, relative to {@link #scale}. */
        double tolerance(String output) {
            double ofRounding = ofRounding(output);
            return switch (storage) {
                case F32 -> Math.max(F32, Math.min(MOST_OF_F32, ofRounding));
                case F16 -> Math.max(5e-3, ofRounding);
                case BF16 -> Math.max(4e-2, ofRounding);
                case F64, I64, I32, I16, I8, U8, BOOL -> throw new IllegalStateException("nothing is stored in " + storage.text());
            };
        }

        /** Whether rounding does no more than what is taken for it anyway. */
        boolean isSteady() {
            return expected.keySet().stream().allMatch(output -> ofRounding(output) <= F32);
        }

        Whole and(Map<String, TensorData> again) {
            return new Whole(storage, expected, Stream.concat(otherwise.stream(), Stream.of(again)).toList());
        }

        private double ofRounding(String output) {
            return OF_ROUNDING / scale(output) * otherwise.stream()
                    .mapToDouble(other -> largestDifference(expected.get(output).toDoubles(), other.get(output).toDoubles())).max().orElse(0);
        }

        double scale(String output) {
            // What is zero but for rounding shows where little is rounded.
            var exact = storage == DType.F32 ? expected : otherwise.getFirst();
            boolean isGradient = output.startsWith("grad/");
            double[] all = exact.entrySet().stream().filter(entry -> entry.getKey().startsWith("grad/") == isGradient)
                    .mapToDouble(entry -> largest(entry.getValue().toDoubles())).sorted().toArray();
            double middle = all[all.length / 2];
            double own = largest(exact.get(output).toDoubles());
            return Math.max(Double.MIN_NORMAL, own <= ZERO * middle ? middle : own);
        }
    }

    /** One tensor's verdict; the difference is the largest of all devices. */
    record Row(String tensor, double difference, double tolerance, boolean ok) {}

    /** @param parts what the devices have, by rank */
    Row row(String output, List<TensorData> parts) {
        double difference = 0;
        for (int rank = 0; rank < parts.size(); rank++) {
            var part = tensors.expected(rank, output, whole.expected().get(output));
            difference = Math.max(difference, largestDifference(parts.get(rank).toDoubles(), part.toDoubles()));
        }
        double tolerance = whole.tolerance(output);
        double relative = difference / whole.scale(output);
        return new Row(output, relative, tolerance, Double.isFinite(relative) && relative <= tolerance);
    }

    private static double largest(double[] values) {
        double largest = 0;
        for (double value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    private static double largestDifference(double[] actual, double[] wanted) {
        double largest = 0;
        for (int i = 0; i < wanted.length; i++) {
            double difference = Math.abs(actual[i] - wanted[i]);
            // A NaN must not get lost in a maximum.
            largest = difference <= largest ? largest : Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
        }
        return largest;
    }
}

/*
 * Note [Narrow storage].
 * In bf16 or f16 a plan and one device are two roundings of the same numbers. How far such roundings lie apart is a property of the model and
 * not of the plan: a relu whose operand is near zero passes in one and not in the other, and a gradient that is zero in exact arithmetic (of a
 * bias in front of a softmax) is nothing but rounding. So one device is run again from the same rounded inputs: once in f32, and four times with weights that
 * differ by up to a unit of the last place. How far these lie apart is what a correct program does; a plan may be three times that far away, or what the table
 * says, whichever is more. Weights have a quarter of their usual size: with the usual ones nearly every gradient of an Evoformer block needs more than the
 * table, with a quarter those in front of a relu alone. There little is tested: that the plan computes the right thing is what the same plan in f32 shows.
 */
