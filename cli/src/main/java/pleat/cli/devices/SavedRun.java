package pleat.cli.devices;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import java.util.OptionalInt;
import pleat.cli.devices.DeviceReport.Exchanges;
import pleat.cli.devices.DeviceReport.OfDevice;
import pleat.cli.saved.SavedPlan;
import pleat.ir.diagnostic.UserException;
import pleat.runtime.mpi.Launcher;
import tools.jackson.databind.json.JsonMapper;

/** What every run of a saved plan begins and ends with. */
public final class SavedRun {
    private SavedRun() {}

    /**
     * Who started the processes; empty if all devices are in this one.
     *
     * @param devices that the command line says there are
     * @param mpi whether it says that they are processes
     */
    public static Optional<Launcher> launcher(SavedPlan saved, OptionalInt devices, boolean mpi) {
        var launcher = Launcher.of(System.getenv());
        if (devices.isPresent() && devices.getAsInt() != saved.devices()) {
            throw new UserException("--devices is %d, and the plan is for %d".formatted(devices.getAsInt(), saved.devices()));
        }
        if (mpi && launcher.isEmpty() && saved.devices() > 1) {
            throw new UserException("--mpi is given, and no launcher has started this process\n  = help: mpirun -np %d pleat ...".formatted(saved.devices()));
        }
        return launcher;
    }

    /** Those of all processes; of those of others without the single exchanges. */
    public static ImmutableList<OfDevice> devices(PlanExecution execution) {
        var own = ImmutableList.copyOf(execution.devices().values());
        var lines = execution.ensemble().tell(own.size() > 1 ? "" : JsonMapper.shared().writeValueAsString(withoutSteps(own.getFirst())));
        if (lines.size() == 1) {
            return own;
        }
        var all = ImmutableList.<OfDevice>builder();
        for (int rank = 0; rank < lines.size(); rank++) {
            boolean isHere = rank == own.getFirst().device();
            all.add(isHere ? own.getFirst() : JsonMapper.shared().readValue(lines.get(rank), OfDevice.class));
        }
        return all.build();
    }

    private static OfDevice withoutSteps(OfDevice device) {
        var sums = device.exchanges();
        return new OfDevice(device.device(), device.plannedBytes(), device.allocatedBytes(), device.plannedSentBytes(),
                new Exchanges(sums.sentBytes(), sums.stagingBytes(), sums.movingMs(), sums.waitingMs(), sums.kernelsMs(), ImmutableList.of()));
    }
}
