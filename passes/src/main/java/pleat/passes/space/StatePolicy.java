package pleat.passes.space;

import pleat.ir.type.DType;
import pleat.passes.estimate.Training;

/**
 * What stands in memory for every element of a weight, all but an average in the type of storage, as it is when `pleat train` runs.
 *
 * @param stored how many tensors: the weight, its gradient, what the optimizer has beside
 * @param averaged whether there is an average of it too, in f32
 * @param shared whether it is spread over the devices that would have it all, and gathered for use
 */
public record StatePolicy(int stored, boolean averaged, boolean shared) {
    private static final int WEIGHT_AND_GRADIENT = 2;
    public static final StatePolicy INFERENCE = of(Training.INFERENCE);
    public static final StatePolicy MOMENTUM = of(Training.MOMENTUM);

    public static StatePolicy of(Training training) {
        return new StatePolicy(training.isOn() ? WEIGHT_AND_GRADIENT + training.states() : 1, training.isAveraged(), false);
    }

    public StatePolicy spread() {
        return new StatePolicy(stored, averaged, true);
    }

    long bytes(long elements, int elementBytes) {
        return elements * (stored * elementBytes + (averaged ? DType.F32.bytes() : 0));
    }

    /** Tensors that the optimizer has for each weight beside its gradient. */
    int states() {
        return Math.max(0, stored - WEIGHT_AND_GRADIENT);
    }

    boolean isTraining() {
        return stored > 1;
    }
}
