package pleat.passes.estimate;

/**
 * What is done beside the forward pass.
 *
 * @param isOn whether there is a way back at all, and an optimizer
 * @param states tensors that the optimizer has for each weight: 1 for momentum, 2 for Adam
 */
public record Training(boolean isOn, int states) {
    public static final Training INFERENCE = new Training(false, 0);
    public static final Training MOMENTUM = new Training(true, 1);
    public static final Training ADAM = new Training(true, 2);
}
