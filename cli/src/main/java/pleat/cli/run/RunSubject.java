package pleat.cli.run;

import java.util.function.Supplier;
import pleat.cli.compile.CompiledModel;
import pleat.cli.compile.CompiledModel.Facts;
import pleat.cli.compile.GpuModel;
import pleat.cli.execute.Gpu;
import pleat.cli.execute.Hardware;
import pleat.cli.execute.Loaded;
import pleat.ir.plan.Plan;
import pleat.runtime.host.PlanRunner;

/**
 * A compiled model, and how it gets into the memory of what runs it.
 *
 * @param where it runs, in words
 * @param threads of native code, or of the emulator; with a GPU nothing depends on them
 */
record RunSubject(Plan plan, Facts facts, String where, int threads, Supplier<Loaded> load) {

    /** On the threads of this machine. */
    static RunSubject of(CompiledModel model, int threads) {
        return new RunSubject(model.plan(), model.facts(), threads + " threads", threads,
                () -> Loaded.on(new PlanRunner(model.plan(), model.sharedObject(), threads)));
    }

    /** @param gpu stays open */
    static RunSubject of(GpuModel model, Gpu gpu, Hardware hardware, int threads) {
        return new RunSubject(model.compiled().plan(), model.facts(), gpu.name(), threads, () -> Loaded.on(gpu, model.compiled(), hardware.graph()));
    }
}
