package pleat.cli.compile;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import pleat.codegen.HostTarget;
import pleat.codegen.cpu.HostCodegen;
import pleat.codegen.llvm.LlvmCompiler;
import pleat.codegen.llvm.ModuleText;
import pleat.codegen.llvm.OptLevel;
import pleat.ir.plan.Plan;
import pleat.ir.tensor.Function.Role;
import pleat.ir.tensor.TensorModule;
import pleat.ir.verify.PlanVerifier;
import pleat.passes.DeferDivision;
import pleat.passes.NamedValues;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.StoreAs;
import pleat.passes.chunk.Choice;
import pleat.passes.chunk.ChunkSearch;
import pleat.passes.recompute.PlaceLate;
import pleat.passes.schedule.Placement;
import pleat.passes.schedule.Scheduler;
import pleat.passes.tile.TileTarget;

/** From a module of plain equations to a placed plan and its kernels in a shared object, step by step. */
public final class NativeCompiler {
    /** Modules that LLVM compiles side by side; more of them share fewer internal functions. */
    private static final int LLVM_THREADS = 2;
    /** What one thread needs beside the buffers, before that is known. */
    private static final long SCRATCH_BYTES = 2 << 20;

    private final NativeOptions options;
    private final HostTarget target;
    private final Phases phases;

    public NativeCompiler(NativeOptions options, HostTarget target, Phases phases) {
        this.options = options;
        this.target = target;
        this.phases = phases;
    }

    /**
     * Compiles a module in one go.
     *
     * @param module prepared by {@link Pipelines#prepare}, differentiated if gradients are wanted
     * @param sharedObject where the kernels go; appears whole or not at all
     */
    public static Plan compile(TensorModule module, NativeOptions options, HostTarget target, Path sharedObject) {
        var compiler = new NativeCompiler(options, target, Phases.quiet());
        var plan = compiler.schedule(compiler.tiled(module));
        var code = compiler.lower(plan);
        compiler.link(code, sharedObject);
        return compiler.place(plan, code);
    }

    /** The plan alone, with no room for the scratch of compiled kernels. */
    public static Plan plan(TensorModule module, NativeOptions options, HostTarget target) {
        var compiler = new NativeCompiler(options, target, Phases.quiet());
        return Placement.place(compiler.schedule(compiler.tiled(module)), 64);
    }

    /**
     * Kernels as LLVM IR.
     *
     * @param scratchBytes what one thread needs beside the buffers
     */
    public record Code(List<String> modules, long scratchBytes) {}

    /** The equations as tile programs are made of them. */
    public TensorModule tiled(TensorModule module) {
        return tiled(module, NamedValues.NONE);
    }

    /** @param ends where stretches end that gradients compute again one at a time */
    public TensorModule tiled(TensorModule module, NamedValues ends) {
        return phases.time("simplify", () -> placedLate(simplified(module), ends));
    }

    /** The equations as they are before their order is chosen. */
    TensorModule simplified(TensorModule module) {
        return PassManager.quiet().run(module, Pipelines.beforePlacing().stream().filter(pass -> pass != DeferDivision.PASS || !hasGradients(module)).toList());
    }

    // A sum that is divided afterwards is rounded otherwise than one of quotients, and the way back, which needs the quotients, computes it again from them.
    private static boolean hasGradients(TensorModule module) {
        return module.entryFunction().parameters().stream().anyMatch(parameter -> parameter.role() == Role.COTANGENT);
    }

    /** @param simplified what {@link #simplified} gave; what {@link #tiled} makes of the module that it was given */
    TensorModule placedLate(TensorModule simplified, NamedValues ends) {
        return StoreAs.of(options.storage()).apply(PassManager.quiet().run(simplified, List.of(PlaceLate.of(ends))));
    }

    /** A plan whose buffers have no place yet; one that fits the budget, if there is a budget and such a plan was found. */
    public Plan schedule(TensorModule tiled) {
        return options.budget().isEmpty() ? schedule(tiled, true) : phases.time("schedule", () -> fitted(tiled, options.budget().getAsLong(), ImmutableList.of()).plan());
    }

    /** @param overlap false: a device waits for each exchange as soon as it has started it */
    public Plan schedule(TensorModule tiled, boolean overlap) {
        return schedule(tiled, overlap, false);
    }

    /** @param plainExchanges what is sent keeps the order of its dims */
    public Plan schedule(TensorModule tiled, boolean overlap, boolean plainExchanges) {
        return phases.time("schedule", () -> Scheduler.schedule(tiled, tileTarget(target), new Scheduler.Options(options.fuse(), overlap, false, plainExchanges)));
    }

    /**
     * The plan that was found for a budget, with the scratch that its machine code needs.
     *
     * @param start chunk loops to begin with
     */
    public ChunkSearch.Found fitted(TensorModule tiled, long budget, ImmutableList<Choice> start) {
        long scratch = options.threads() * SCRATCH_BYTES;
        var found = ChunkSearch.fit(tiled, tileTarget(target), options.fuse(), new ChunkSearch.Limits(scratch, budget), start);
        // What kernels need is known when they are written; that is rarely more, and then the search has less to give away.
        for (long needed = scratch(found.plan()); found.arenaBytes() <= budget && needed > scratch; needed = scratch(found.plan())) {
            scratch = needed;
            found = ChunkSearch.fit(tiled, tileTarget(target), options.fuse(), new ChunkSearch.Limits(scratch, budget), found.choices());
        }
        return found;
    }

    /** What all threads together need beside the buffers of a plan. */
    long scratch(Plan plan) {
        return options.threads() * roundUp(written(plan).scratchBytes());
    }

    public Code lower(Plan plan) {
        return phases.time("lower", () -> written(plan));
    }

    private Code written(Plan plan) {
        var kernels = List.copyOf(plan.kernels().values());
        var texts = new ArrayList<ModuleText>();
        long scratch = 0;
        for (int k = 0; k < kernels.size(); k++) {
            if (texts.size() < LLVM_THREADS) {
                texts.add(new ModuleText());
            }
            scratch = Math.max(scratch, HostCodegen.lower(kernels.get(k), target, texts.get(k % LLVM_THREADS)).scratchBytes());
        }
        return new Code(texts.stream().map(ModuleText::text).toList(), scratch);
    }

    /** The plan with every buffer at its place in the arena. */
    public Plan place(Plan plan, Code code) {
        return phases.time("place", () -> PlanVerifier.verified(Placement.place(plan, options.threads() * roundUp(code.scratchBytes())), "placement"));
    }

    /** Machine code; the file appears whole or not at all. */
    public void link(Code code, Path sharedObject) {
        var llvm = new LlvmCompiler();
        var objects = phases.time("llvm", () -> llvm.compileObjects(code.modules(), target, OptLevel.EXPLICIT, LLVM_THREADS));
        phases.time("link", () -> llvm.link(objects, sharedObject));
    }

    /** What the machine code says, for people who look for a slow kernel. */
    public String assembly(Code code) {
        var llvm = new LlvmCompiler();
        return phases.time("llvm", () -> code.modules().stream().map(module -> llvm.assembly(module, target, OptLevel.EXPLICIT))
                .collect(Collectors.joining("\n")));
    }

    /** Shapes for this machine: a panel of its vectors, and half of its second level cache for tiles. */
    public static TileTarget tileTarget(HostTarget target) {
        return TileTarget.host(2 * target.lanes(), target.caches().l2Bytes() / 2);
    }

    private static long roundUp(long bytes) {
        return Math.max(64, Math.ceilDiv(bytes, 64) * 64);
    }
}
