package pleat.cli.devices;

import com.google.common.collect.ImmutableList;
import java.util.List;
import pleat.runtime.host.DeviceGroup;
import pleat.runtime.host.LoadedPlan;

/** All devices in this process, each a group of threads; where one fails the group ends all of them. */
final class ThreadEnsemble implements OneProcess {
    private final DeviceGroup group;

    ThreadEnsemble(String name, List<DeviceGroup.Program> programs, int threadsEach) {
        group = new DeviceGroup(name, programs, threadsEach);
    }

    @Override
    public String kind() {
        return "groups of threads";
    }

    @Override
    public ImmutableList<? extends LoadedPlan> devices() {
        return group.runners();
    }

    @Override
    public long run() {
        return group.run();
    }

    @Override
    public void close() {
        group.close();
    }
}
