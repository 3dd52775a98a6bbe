package pleat.cli.devices;

import pleat.cli.execute.Gpu;
import pleat.runtime.cuda.GpuGroup;
import pleat.runtime.host.LoadedPlan;
import pleat.runtime.process.Processes;

/**
 * One device in this process, with a GPU of its own, and the others in others.
 *
 * @param gpu is closed with the ensemble
 * @param group of one device
 */
record GpuProcessEnsemble(Processes processes, WholeTensors tensors, Gpu gpu, GpuGroup group, boolean graph) implements OneOfMany {
    @Override
    public String kind() {
        return processes.kind() + ", each with a GPU: " + gpu.name();
    }

    @Override
    public LoadedPlan own() {
        return group.runners().getFirst();
    }

    @Override
    public long run() {
        // All start together, so that the first does not count how long the others took to come.
        processes.tell("run");
        return group.run(graph);
    }

    @Override
    public void close() {
        group.close();
        gpu.close();
        processes.close();
    }
}
