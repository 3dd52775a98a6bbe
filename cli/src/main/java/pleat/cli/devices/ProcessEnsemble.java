package pleat.cli.devices;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import pleat.runtime.host.DeviceGroup;
import pleat.runtime.host.LoadedPlan;
import pleat.runtime.host.PlanRunner;
import pleat.runtime.io.TensorData;
import pleat.runtime.mpi.MpiCollectives;
import pleat.runtime.mpi.MpiProcesses;

/** One device in this process, and the others in others. */
final class ProcessEnsemble implements Ensemble {
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
    public String kind() {
        return processes.kind();
    }

    @Override
    public ImmutableMap<Integer, LoadedPlan> runners() {
        return ImmutableMap.of(processes.rank(), runner);
    }

    @Override
    public boolean isFirst() {
        return processes.rank() == 0;
    }

    @Override
    public long run() {
        // All start together, so that the first does not count how long the others took to come.
        processes.tell("run");
        return runner.run();
    }

    @Override
    public ImmutableList<TensorData> parts(String output) {
        return Gathered.of(processes, tensors, output, runner.outputs().get(output));
    }

    @Override
    public ImmutableList<TensorData> states(String name) {
        return Gathered.of(processes, tensors, name, runner.state(name));
    }

    @Override
    public ImmutableList<String> tell(String line) {
        return processes.tell(line);
    }

    @Override
    public void fail(Throwable reason) {
        FirstSpeaks.hold(reason, processes.rank());
        // Ending the others ends this one too, before anyone else could say why.
        System.err.println(reason.getMessage());
        collectives.fail(reason);
    }

    @Override
    public void close() {
        collectives.close();
        runner.close();
        processes.close();
    }
}
