package pleat.cli.devices;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import pleat.cli.execute.Gpu;
import pleat.runtime.cuda.GpuGroup;
import pleat.runtime.host.LoadedPlan;
import pleat.runtime.io.TensorData;

/** All devices in this process, on one GPU that they share. */
final class GpuEnsemble implements Ensemble {
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

    /** The first run starts kernels one by one, which gives their times. */
    @Override
    public long run() {
        long nanos = group.run();
        if (graph) {
            group.useGraph();
        }
        return nanos;
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
        // There is nobody else.
    }

    @Override
    public void close() {
        group.close();
        gpu.close();
    }
}
