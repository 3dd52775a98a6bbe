package pleat.cli.devices;

import com.google.common.collect.ImmutableList;
import java.util.List;
import pleat.cli.execute.Gpu;
import pleat.runtime.cuda.GpuGroup;
import pleat.runtime.host.LoadedPlan;

/** All devices in this process, on one GPU that they share. */
final class GpuEnsemble implements OneProcess {
    private final Gpu gpu;
    private final GpuGroup group;
    private final boolean graph;

    /** @param gpu is closed with the ensemble */
    GpuEnsemble(List<GpuGroup.Program> programs, Gpu gpu, boolean graph) {
        this.gpu = gpu;
        this.graph = graph;
        group = new GpuGroup(programs, gpu.driver());
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
        group.close();
        gpu.close();
    }
}
