package pleat.cli.devices;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.function.Consumer;
import pleat.cli.execute.Gpu;
import pleat.runtime.cuda.GpuGroup;
import pleat.runtime.host.LoadedPlan;

/** All devices in this process, on one GPU that they share. */
final class GpuEnsemble implements OneProcess {
    private final Gpu gpu;
    private final GpuGroup group;
    private final boolean graph;
    private final Consumer<String> note;

    /**
     * @param gpu is closed with the ensemble
     * @param note takes lines that a user should see beside the result
     */
    GpuEnsemble(List<GpuGroup.Program> programs, Gpu gpu, boolean graph, Consumer<String> note) {
        this.gpu = gpu;
        this.graph = graph;
        this.note = note;
        group = new GpuGroup(programs, gpu.driver(), gpu.products());
    }

    @Override
    public String kind() {
        return "logical devices of " + gpu.name();
    }

    @Override
    public ImmutableList<? extends LoadedPlan> devices() {
        return group.runners();
    }

    @Override
    public long run() {
        return group.run(graph);
    }

    @Override
    public void close() {
        gpu.choices().forEach(note);
        group.close();
        gpu.close();
    }
}
