package pleat.passes.space;

import pleat.ir.type.DType;

/**
 * What stands in memory for every element of a weight.
 *
 * @param stored how many copies in the type of storage: the weight, its gradient, momentum in that type
 * @param exactBytes bytes of state in other types
 * @param shared whether it is spread over the devices that would have it all, and gathered for use
 */
public record StatePolicy(int stored, int exactBytes, boolean shared) {
    /** Weights alone. */
    public static final StatePolicy INFERENCE = new StatePolicy(1, 0, false);
    /** Weight, gradient and momentum, all in the type of storage. */
    public static final StatePolicy MOMENTUM = new StatePolicy(3, 0, false);
    /** Weight and gradient in the type of storage, two moments in f32. */
    public static final StatePolicy ADAM = new StatePolicy(2, 8, false);

    public StatePolicy spread() {
        return new StatePolicy(stored, exactBytes, true);
    }

    long bytes(long elements, int elementBytes) {
        return elements * ((long) stored * elementBytes + exactBytes);
    }

    /** Tensors that the optimizer has for each weight beside its gradient: those in the type of storage, and those in f32. */
    int states() {
        return Math.max(0, stored - 2) + exactBytes / DType.F32.bytes();
    }

    boolean isTraining() {
        return stored > 1;
    }
}
