package pleat.cli.execute;

import java.util.List;
import pleat.cli.compile.GpuCompiler.Compiled;
import pleat.runtime.cuda.GpuGroup;
import pleat.runtime.host.LoadedPlan;
import pleat.runtime.host.PlanRunner;

/** A plan in the memory of what runs it. */
public interface Loaded extends AutoCloseable {
    LoadedPlan device();

    /** Runs it once; the wall time in nanoseconds. */
    long run();

    @Override
    void close();

    /** @param runner is closed with it */
    static Loaded on(PlanRunner runner) {
        return new OnHost(runner);
    }

    /**
     * A plan alone on a GPU.
     *
     * @param gpu stays open
     * @param graph whether all runs but the first ask for the whole step at once
     */
    static Loaded on(Gpu gpu, Compiled compiled, boolean graph) {
        return new OnGpu(new GpuGroup(List.of(new GpuGroup.Program(compiled.plan(), compiled.code())), gpu.driver(), gpu.products()), graph);
    }

    /** Native code on the threads of this machine. */
    record OnHost(PlanRunner runner) implements Loaded {
        @Override
        public LoadedPlan device() {
            return runner;
        }

        @Override
        public long run() {
            return runner.run();
        }

        @Override
        public void close() {
            runner.close();
        }
    }

    /** One device on a GPU, or on the emulator. */
    record OnGpu(GpuGroup group, boolean graph) implements Loaded {
        @Override
        public LoadedPlan device() {
            return group.runners().getFirst();
        }

        @Override
        public long run() {
            return group.run(graph);
        }

        @Override
        public void close() {
            group.close();
        }
    }
}
