package pleat.cli.devices;

import pleat.runtime.host.DeviceGroup;
import pleat.runtime.host.LoadedPlan;
import pleat.runtime.host.PlanRunner;
import pleat.runtime.mpi.MpiCollectives;
import pleat.runtime.mpi.MpiProcesses;

/** One device in this process, on its processors, and the others in others. */
final class ProcessEnsemble implements OneOfMany {
    private final MpiProcesses processes;
    private final WholeTensors tensors;
    private final MpiCollectives collectives;
    private final PlanRunner runner;

    ProcessEnsemble(MpiProcesses processes, WholeTensors tensors, String name, DeviceGroup.Program program, int threads) {
        this.processes = processes;
        this.tensors = tensors;
        collectives = new MpiCollectives(processes, name, program.plan());
        runner = new PlanRunner(program.plan(), program.sharedObject(), threads, collectives);
    }

    @Override
    public MpiProcesses processes() {
        return processes;
    }

    @Override
    public WholeTensors tensors() {
        return tensors;
    }

    @Override
    public LoadedPlan own() {
        return runner;
    }

    @Override
    public String kind() {
        return processes.kind();
    }

    @Override
    public long run() {
        // All start together, so that the first does not count how long the others took to come.
        processes.tell("run");
        return runner.run();
    }

    @Override
    public void close() {
        collectives.close();
        runner.close();
        processes.close();
    }
}
