package pleat.cli.compile;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import pleat.codegen.HostTarget;
import pleat.codegen.cpu.HostCodegen;
import pleat.codegen.llvm.LlvmCompiler;
import pleat.codegen.llvm.ModuleText;
import pleat.codegen.llvm.OptLevel;
import pleat.ir.kernel.Kernel;
import pleat.ir.plan.Plan;
import pleat.ir.tensor.TensorModule;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.StoreAs;
import pleat.passes.schedule.Placement;
import pleat.passes.schedule.Scheduler;
import pleat.passes.tile.TileTarget;

/** From a module of plain equations to a placed plan and its kernels in a shared object. */
public final class NativeCompiler {
    /** Modules that LLVM compiles side by side; more of them share fewer internal functions. */
    private static final int LLVM_THREADS = 2;

    private NativeCompiler() {}

    /**
     * Compiles a module.
     *
     * @param module prepared by {@link Pipelines#prepare}, differentiated if gradients are wanted
     * @param sharedObject where the kernels go; appears whole or not at all
     */
    public static Plan compile(TensorModule module, NativeOptions options, HostTarget target, Path sharedObject) {
        var tiled = PassManager.quiet().run(module, Pipelines.beforeTiling());
        var stored = StoreAs.of(options.storage()).apply(tiled);
        var plan = Scheduler.schedule(stored, tileTarget(target), options.fuse());
        var kernels = List.copyOf(plan.kernels().values());
        var texts = new ArrayList<ModuleText>();
        long scratch = 0;
        for (int k = 0; k < kernels.size(); k++) {
            if (texts.size() < LLVM_THREADS) {
                texts.add(new ModuleText());
            }
            scratch = Math.max(scratch, lower(kernels.get(k), target, texts.get(k % LLVM_THREADS)));
        }
        var compiler = new LlvmCompiler();
        var objects = compiler.compileObjects(texts.stream().map(ModuleText::text).toList(), target, OptLevel.EXPLICIT, LLVM_THREADS);
        compiler.link(objects, sharedObject);
        return Placement.place(plan, options.threads() * roundUp(scratch));
    }

    /** Shapes for this machine: a panel of its vectors, and half of its second level cache for tiles. */
    public static TileTarget tileTarget(HostTarget target) {
        var host = TileTarget.HOST;
        return new TileTarget(2 * target.lanes(), target.caches().l2Bytes() / 2, host.rows(), host.columns(), host.depth());
    }

    private static long lower(Kernel kernel, HostTarget target, ModuleText text) {
        return HostCodegen.lower(kernel, target, text).scratchBytes();
    }

    private static long roundUp(long bytes) {
        return Math.max(64, Math.ceilDiv(bytes, 64) * 64);
    }
}
