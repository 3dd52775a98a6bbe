package pleat.cli.devices;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import pleat.cli.execute.Gpu;
import pleat.runtime.cuda.GpuGroup;
import pleat.runtime.host.LoadedPlan;
import pleat.runtime.io.TensorData;
import pleat.runtime.process.Processes;

/** One device in this process, with a GPU of its own, and the others in others. */
final class GpuProcessEnsemble implements Ensemble {
    private final Processes processes;
    private final WholeTensors tensors;
    private final Gpu gpu;
    private final GpuGroup group;
    private final boolean graph;

    /**
     * @param gpu is closed with the ensemble
     * @param group of one device
     */
    GpuProcessEnsemble(Processes processes, WholeTensors tensors, Gpu gpu, GpuGroup group, boolean graph) {
        this.processes = processes;
        this.tensors = tensors;
        this.gpu = gpu;
        this.group = group;
        this.graph = graph;
    }

    @Override
    public String kind() {
        return processes.kind() + ", each with a GPU: " + gpu.name();
    }

    private LoadedPlan own() {
        return group.runners().getFirst();
    }

    @Override
    public ImmutableMap<Integer, LoadedPlan> runners() {
        return ImmutableMap.of(processes.rank(), own());
    }

    @Override
    public boolean isFirst() {
        return processes.rank() == 0;
    }

    /** The first run starts kernels one by one, which gives their times. */
    @Override
    public long run() {
        // All start together, so that the first does not count how long the others took to come.
        processes.tell("run");
        long nanos = group.run();
        if (graph) {
            group.useGraph();
        }
        return nanos;
    }

    @Override
    public ImmutableList<TensorData> parts(String output) {
        return Gathered.of(processes, tensors, output, own().outputs().get(output));
    }

    @Override
    public ImmutableList<TensorData> states(String name) {
        return Gathered.of(processes, tensors, name, own().state(name));
    }

    @Override
    public ImmutableList<String> tell(String line) {
        return processes.tell(line);
    }

    @Override
    public void fail(Throwable reason) {
        FirstSpeaks.hold(reason, processes.rank());
        // Ending the others may end this one too, before anyone else could say why.
        System.err.println(reason.getMessage());
        processes.fail(reason);
    }

    @Override
    public void close() {
        group.close();
        gpu.close();
        processes.close();
    }
}
