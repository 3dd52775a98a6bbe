package pleat.passes.estimate;

/**
 * What is done beside the forward pass.
 *
 * @param isOn whether there is a way back at all, and an optimizer
 * @param states tensors that the optimizer has for each weight: 1 for momentum, 2 for Adam
 * @param isAveraged whether there is an average of each weight, which is in f32 whatever weights are stored in
 */
public record Training(boolean isOn, int states, boolean isAveraged) {
    public static final Training INFERENCE = new Training(false, 0, false);
    public static final Training MOMENTUM = new Training(true, 1, false);
    public static final Training ADAM = new Training(true, 2, false);

    public Training averaged() {
        return new Training(isOn, states, true);
    }
}
