package pleat.cli.devices;

import java.util.List;
import java.util.Map;
import pleat.ir.type.DType;
import pleat.runtime.io.TensorData;

/**
 * Outputs and gradients of a plan against those of one device. Both round in each step, and sum in another order: differences are taken relative to
 * the largest element of the tensor.
 */
final class PlanComparison {
    /** Some hundred ops in another order, each with half a unit of 24 bits. */
    private static final double F32 = 1e-4;

    /** More is no rounding of 24 bits, whatever the model is. */
    private static final double MOST_OF_F32 = 4e-2;

    /** The same, with values stored in 8 bits: what both round differently goes through all that follows. See Note [Narrow storage]. */
    private static final double BF16 = 4e-2;

    /** Times what rounding alone does to one device: twice for two that round differently, and half as much again because maxima vary. */
    private static final double OF_ROUNDING = 3;

    /** A tensor this much smaller than most of its kind is zero but for rounding, as is the gradient of a bias in front of a softmax. */
    private static final double ZERO = 1e-5;

    private final WholeTensors tensors;
    private final DType storage;
    private final Map<String, TensorData> expected;
    private final List<Map<String, TensorData>> otherwise;

    PlanComparison(WholeTensors tensors, DType storage, Whole whole) {
        this.tensors = tensors;
        this.storage = storage;
        this.expected = whole.expected();
        this.otherwise = whole.otherwise();
    }

    /**
     * What one device gives for the same numbers.
     *
     * @param expected stored as the plan stores it
     * @param otherwise the same with other roundings: stored in f32, or with weights moved by some units of the last place
     */
    record Whole(Map<String, TensorData> expected, List<Map<String, TensorData>> otherwise) {}

    /** One tensor's verdict; the difference is the largest of all devices. */
    record Row(String tensor, double difference, double tolerance, boolean ok) {}

    /** @param parts what the devices have, by rank */
    Row row(String output, List<TensorData> parts) {
        double scale = scale(output);
        double difference = 0;
        for (int rank = 0; rank < parts.size(); rank++) {
            var whole = tensors.expected(rank, output, expected.get(output));
            difference = Math.max(difference, largestDifference(parts.get(rank).toDoubles(), whole.toDoubles()));
        }
        double tolerance = tolerance(output, scale);
        double relative = difference / scale;
        return new Row(output, relative, tolerance, relative <= tolerance);
    }

    private double tolerance(String output, double scale) {
        double ofRounding = OF_ROUNDING / scale * otherwise.stream()
                .mapToDouble(other -> largestDifference(expected.get(output).toDoubles(), other.get(output).toDoubles())).max().orElse(0);
        return storage == DType.F32 ? Math.max(F32, Math.min(MOST_OF_F32, ofRounding)) : Math.max(BF16, ofRounding);
    }

    private double scale(String output) {
        boolean isGradient = output.startsWith("grad/");
        double[] all = expected.entrySet().stream().filter(entry -> entry.getKey().startsWith("grad/") == isGradient)
                .mapToDouble(entry -> largest(entry.getValue().toDoubles())).sorted().toArray();
        double middle = all[all.length / 2];
        double own = largest(expected.get(output).toDoubles());
        return Math.max(Double.MIN_NORMAL, own <= ZERO * middle ? middle : own);
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
 * bias in front of a softmax) is nothing but rounding. So one device is run a second time in f32, from the same rounded inputs. Its own distance
 * from that is what a correct program does; a plan may be three times that far from it, or 4e-2, whichever is more. A tensor that rounding alone
 * changes by its own size is thereby not tested: that the plan computes the right thing there is what the same plan in f32 shows.
 */

/*
 * Note [Numbers that rounding moves far].
 * Most models and numbers give gradients that a plan and one device have within 1e-4 of each other in f32. Some do not: where an operand of a relu is zero
 * but for rounding, and elsewhere too, the exact gradients change by some thousandths if weights change in the last places. How far that goes is seen by
 * doing it: where a plan differs by more than 1e-4, one device is run four times more with its weights moved by up to 2^-20 of their
 * size, about what hundreds of roundings of 2^-24 come to. A plan may be three times as far away as those are, but not more than 4e-2.
 */
