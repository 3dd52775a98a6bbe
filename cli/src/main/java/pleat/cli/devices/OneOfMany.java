package pleat.cli.devices;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import pleat.runtime.host.LoadedPlan;
import pleat.runtime.io.TensorData;
import pleat.runtime.process.Processes;

/** One device in this process, and the others in others. */
interface OneOfMany extends Ensemble {
    Processes processes();

    WholeTensors tensors();

    /** The device of this process. */
    LoadedPlan own();

    @Override
    default ImmutableMap<Integer, LoadedPlan> runners() {
        return ImmutableMap.of(processes().rank(), own());
    }

    @Override
    default boolean isFirst() {
        return processes().rank() == 0;
    }

    @Override
    default ImmutableList<TensorData> parts(String output) {
        return Gathered.of(processes(), tensors(), output, own().outputs().get(output));
    }

    @Override
    default ImmutableList<TensorData> states(String name) {
        return Gathered.of(processes(), tensors(), name, own().state(name));
    }

    @Override
    default ImmutableList<String> tell(String line) {
        return processes().tell(line);
    }

    @Override
    default void fail(Throwable reason) {
        fail(processes(), reason);
    }

    /** Tells the others that this process cannot go on, also before there is an ensemble. */
    static void fail(Processes processes, Throwable reason) {
        FirstSpeaks.hold(reason, processes.rank());
        // Ending the others may end this one too, before anyone else could say why.
        System.err.println(reason.getMessage());
        processes.fail(reason);
    }
}
