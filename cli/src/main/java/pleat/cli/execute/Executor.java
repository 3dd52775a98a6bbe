package pleat.cli.execute;

import java.util.Map;
import pleat.ir.tensor.TensorModule;
import pleat.runtime.io.TensorData;

/** A way to run a module. */
public interface Executor {

    /**
     * Runs the entry function once.
     *
     * @param module with bound sizes
     * @param arguments a tensor for each parameter of the entry function, under {@link Arguments#key}, of exactly its type
     * @return what the entry function returns, under its external names
     */
    Map<String, TensorData> run(TensorModule module, Map<String, TensorData> arguments);
}
