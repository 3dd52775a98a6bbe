package pleat.cli.train;

import java.util.Map;
import pleat.runtime.io.TensorData;

/** Runs training steps, on one device or on several: all that training has to know of them. */
interface StepRunner extends AutoCloseable {

    /**
     * One step; parameters and the optimizer's state are those that the step before left.
     *
     * @param inputs by external name; what a step is not given stays as it is
     * @return the loss before the step
     */
    double step(Map<String, TensorData> inputs);

    /** Parameters and the optimizer's state, by external name. */
    Map<String, TensorData> state();

    void restore(Map<String, TensorData> state);

    /** Of everything that is allocated, on the device that has most. */
    long allocatedBytes();

    @Override
    void close();
}
