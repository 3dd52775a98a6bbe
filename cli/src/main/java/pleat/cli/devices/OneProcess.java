package pleat.cli.devices;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import java.util.stream.IntStream;
import pleat.runtime.host.LoadedPlan;
import pleat.runtime.io.TensorData;

/** All devices in this process. */
interface OneProcess extends Ensemble {
    /** By rank. */
    ImmutableList<? extends LoadedPlan> devices();

    @Override
    default ImmutableMap<Integer, LoadedPlan> runners() {
        return Maps.toMap(IntStream.range(0, devices().size()).iterator(), devices()::get);
    }

    @Override
    default boolean isFirst() {
        return true;
    }

    @Override
    default ImmutableList<TensorData> parts(String output) {
        return devices().stream().map(device -> device.outputs().get(output)).collect(ImmutableList.toImmutableList());
    }

    @Override
    default ImmutableList<TensorData> states(String name) {
        return devices().stream().map(device -> device.state(name)).collect(ImmutableList.toImmutableList());
    }

    @Override
    default ImmutableList<String> tell(String line) {
        return ImmutableList.of(line);
    }

    @Override
    default void fail(Throwable reason) {
        // Nobody else has to be told.
    }
}
