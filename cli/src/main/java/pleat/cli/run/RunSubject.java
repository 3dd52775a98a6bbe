package pleat.cli.run;

import java.util.List;
import java.util.function.Supplier;
import pleat.cli.compile.CompiledModel;
import pleat.cli.compile.CompiledModel.Facts;
import pleat.cli.compile.GpuModel;
import pleat.cli.execute.Gpu;
import pleat.cli.execute.Hardware;
import pleat.ir.plan.Plan;
import pleat.runtime.cuda.GpuGroup;
import pleat.runtime.host.LoadedPlan;
import pleat.runtime.host.PlanRunner;

/**
 * A compiled model, and how it gets into the memory of what runs it.
 *
 * @param where it runs, in words
 * @param threads of native code, or of the emulator; with a GPU nothing depends on them
 */
record RunSubject(Plan plan, Facts facts, String where, int threads, Supplier<Loaded> load) {

    /** A model in memory, ready to run. */
    interface Loaded extends AutoCloseable {
        LoadedPlan device();

        /** Runs it once; the wall time in nanoseconds. */
        long run();

        @Override
        void close();
    }

    /** On the threads of this machine. */
    static RunSubject of(CompiledModel model, int threads) {
        return new RunSubject(model.plan(), model.facts(), threads + " threads", threads, () -> new Native(new PlanRunner(model.plan(), model.sharedObject(), threads)));
    }

    /** @param gpu stays open */
    static RunSubject of(GpuModel model, Gpu gpu, Hardware hardware, int threads) {
        return new RunSubject(model.compiled().plan(), model.facts(), gpu.name(), threads, () -> {
            var group = new GpuGroup(List.of(new GpuGroup.Program(model.compiled().plan(), model.compiled().code())), gpu.driver());
            return new OnGpu(group, hardware.graph());
        });
    }

    private record Native(PlanRunner runner) implements Loaded {
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

    private record OnGpu(GpuGroup group, boolean graph) implements Loaded {
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
