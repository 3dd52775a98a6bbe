package pleat.cli.train;

import java.util.Map;
import pleat.ir.plan.Plan;
import pleat.runtime.io.TensorData;

/** Runs training steps, on one device or on several: all that training has to know of them. */
interface StepRunner extends AutoCloseable {

    /**
     * Bytes of the device that has most.
     *
     * @param planned for a step
     */
    record Memory(long planned, long allocated) {}

    /** The arguments of a step, whole: a plan that is not to be run itself. */
    Plan arguments();

    /**
     * One step; parameters and the optimizer's state are those that the step before left.
     *
     * @param inputs by external name; what a step is not given stays as it is
     * @return the loss before the step
     */
    double step(Map<String, TensorData> inputs);

    /** Whether it is this process that speaks for all. */
    boolean isFirst();

    /** Parameters and the optimizer's state, whole, by external name; in a process that is not the first, nothing. All processes ask at once. */
    Map<String, TensorData> state();

    void restore(Map<String, TensorData> state);

    /** Refuses to go on if processes differ in what they start from. */
    void agreeOn(String start);

    Memory memory();

    @Override
    void close();
}
