package pleat.cli.devices;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import pleat.runtime.host.DeviceGroup;
import pleat.runtime.host.LoadedPlan;
import pleat.runtime.io.TensorData;

/** All devices in this process. */
final class ThreadEnsemble implements Ensemble {
    private final DeviceGroup group;

    ThreadEnsemble(String name, List<DeviceGroup.Program> programs, int threadsEach) {
        group = new DeviceGroup(name, programs, threadsEach);
    }

    @Override
    public String kind() {
        return "groups of threads";
    }

    @Override
    public ImmutableMap<Integer, LoadedPlan> runners() {
        var runners = ImmutableMap.<Integer, LoadedPlan>builder();
        for (int d = 0; d < group.runners().size(); d++) {
            runners.put(d, group.runners().get(d));
        }
        return runners.build();
    }

    @Override
    public boolean isFirst() {
        return true;
    }

    @Override
    public long run() {
        return group.run();
    }

    @Override
    public ImmutableList<TensorData> parts(String output) {
        return group.runners().stream().map(runner -> runner.outputs().get(output)).collect(ImmutableList.toImmutableList());
    }

    @Override
    public ImmutableList<TensorData> states(String name) {
        return group.runners().stream().map(runner -> runner.state(name)).collect(ImmutableList.toImmutableList());
    }

    @Override
    public ImmutableList<String> tell(String line) {
        return ImmutableList.of(line);
    }

    @Override
    public void fail(Throwable reason) {
        // The group has ended all of them already.
    }

    @Override
    public void close() {
        group.close();
    }
}
