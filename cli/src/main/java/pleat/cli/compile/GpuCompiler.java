package pleat.cli.compile;

import com.google.common.collect.ImmutableList;
import java.util.stream.Collectors;
import pleat.codegen.gpu.GpuCodegen;
import pleat.codegen.gpu.GpuModule;
import pleat.codegen.gpu.GpuTarget;
import pleat.codegen.gpu.PtxCompiler;
import pleat.ir.diagnostic.UserException;
import pleat.ir.plan.GpuCode;
import pleat.ir.plan.Plan;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.KernelPrinter;
import pleat.ir.text.LanePrinter;
import pleat.ir.text.PlanPrinter;
import pleat.ir.verify.PlanVerifier;
import pleat.passes.hoist.KeepLimit;
import pleat.passes.NamedValues;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.StoreAs;
import pleat.passes.schedule.LaunchBatches;
import pleat.passes.schedule.Placement;
import pleat.passes.schedule.Scheduler;
import pleat.passes.tile.TileChoice;
import pleat.passes.tile.TileTarget;

/** From a module of plain equations to a placed plan and its kernels as PTX, step by step. */
public final class GpuCompiler {
    /** Kernels that LLVM compiles side by side. */
    private static final int LLVM_THREADS = 2;
    /** Blocks for which a GPU of this day has room at once, one on each of its multiprocessors. */
    private static final int SMALL_GRID = 132;
    /** Scratch is there even where no kernel uses it: a launch names it. */
    private static final long LEAST_SCRATCH = 256;

    private final NativeOptions options;
    private final GpuTarget target;
    private final Phases phases;
    private final PtxCompiler ptx;
    private final TileChoice tiles;

    public GpuCompiler(NativeOptions options, GpuTarget target, Phases phases, EarlierCode earlier) {
        this(options, target, phases, earlier.ptx(), new GpuTiles(target, earlier.tiles()));
    }

    /** @param tiles how programs are cut */
    public GpuCompiler(NativeOptions options, GpuTarget target, Phases phases, PtxCompiler ptx, TileChoice tiles) {
        this.options = options;
        this.target = target;
        this.phases = phases;
        this.ptx = ptx;
        this.tiles = tiles;
    }

    /** A plan with a place for every buffer, scratch included, and its kernels. */
    public record Compiled(Plan plan, GpuCode code) {}

    /**
     * Compiles a module in one go.
     *
     * @param module prepared by {@link Pipelines#prepare}, differentiated if gradients are wanted
     */
    public static Compiled compile(TensorModule module, NativeOptions options, GpuTarget target) {
        var compiler = new GpuCompiler(options, target, Phases.quiet(), EarlierCode.NONE);
        var plan = compiler.schedule(compiler.tiled(module, NamedValues.NONE));
        var code = compiler.code(compiler.lower(plan));
        return new Compiled(compiler.place(plan, code.scratchBytes()), code);
    }

    /** The plan that {@link #compile(TensorModule, NativeOptions, GpuTarget)} has, without code. */
    public static Plan plan(TensorModule module, NativeOptions options, GpuTarget target) {
        var compiler = new GpuCompiler(options, target, Phases.quiet(), EarlierCode.NONE);
        return compiler.place(compiler.schedule(compiler.tiled(module, NamedValues.NONE)), 0);
    }

    /** The equations as tile programs are made of them. */
    public TensorModule tiled(TensorModule module, NamedValues ends) {
        return phases.time("simplify", () -> StoreAs.of(options.storage()).apply(PassManager.quiet().run(module, Pipelines.beforeTiling(ends))));
    }

    /** A plan whose buffers have no place yet. */
    public Plan schedule(TensorModule tiled) {
        return phases.time("schedule", () -> Scheduler.schedule(tiled, tileTarget(target), scheduling(new Scheduler.Options(options.fuse(), true))));
    }

    /**
     * The plan of one device of several, what is sent in the order of its dims.
     *
     * @param overlap false: a device waits for each exchange as soon as it has started it
     */
    public Plan schedule(TensorModule tiled, boolean overlap) {
        return phases.time("schedule", () -> Scheduler.schedule(tiled, tileTarget(target), scheduling(new Scheduler.Options(options.fuse(), overlap, false, true))));
    }

    /** What loops go over is copied within the limit of what they keep from before them. */
    private Scheduler.Options scheduling(Scheduler.Options scheduling) {
        return scheduling.cut(tiles).copying(options.hoist().map(KeepLimit::mostBytes).orElse(0L));
    }

    public GpuModule lower(Plan plan) {
        return phases.time("lower", () -> GpuModule.of(plan.kernels().values(), target));
    }

    public GpuCode code(GpuModule module) {
        return phases.time("llvm", () -> module.code(ptx, LLVM_THREADS, ImmutableList.of()));
    }

    /**
     * Code with which small launches that need nothing of each other are one.
     *
     * @param plan whose kernels {@code module} has, placed; what is given back has them in another order
     */
    public Compiled batched(Plan plan, GpuModule module) {
        var batched = LaunchBatches.of(plan, kernel -> kind(module.lowered(kernel)));
        var inOrder = PlanVerifier.verified(batched.plan(), "putting launches together");
        return new Compiled(inOrder, phases.time("llvm", () -> module.code(ptx, LLVM_THREADS, batched.batches())));
    }

    /** Of a kernel that leaves most of a GPU idle its threads, of others -1. Products keep their registers and their shared memory to themselves. */
    private static int kind(GpuCodegen.Lowered kernel) {
        return kernel.grid() <= SMALL_GRID && kernel.scratchBytes() == 0 && !kernel.multiplies() ? kernel.lane().threads() : -1;
    }

    /** The plan with every buffer at its place in the arena. */
    public Plan place(Plan plan, long scratchBytes) {
        return phases.time("place", () -> PlanVerifier.verified(Placement.place(plan, Math.max(LEAST_SCRATCH, scratchBytes)), "placement"));
    }

    /** The text of one step's product, from tile programs on. */
    String emit(Stage stage, TensorModule tiled) {
        var plan = schedule(tiled);
        return switch (stage) {
            case KERNEL, TILE -> plan.kernels().values().stream().map(KernelPrinter::print).collect(Collectors.joining("\n"));
            case LANE -> lower(plan).lanes().stream().map(LanePrinter::print).collect(Collectors.joining("\n"));
            case LLVM -> String.join("\n", lower(plan).llvm());
            case PTX -> String.join("\n", code(lower(plan)).texts());
            case PLAN -> PlanPrinter.print(place(plan, lower(plan).scratchBytes()));
            case ASM -> throw new UserException("--emit asm shows this machine's code\n  = help: of a GPU's code --emit ptx shows the most");
            case IR, REMARKS, PREPARED, RECOMPUTE, LOOPS, TILED -> throw new IllegalStateException(stage + " is the same for all targets");
        };
    }

    /** Shapes for a multiprocessor: what two blocks have of its shared memory, and tiles that their threads share well. */
    static TileTarget tileTarget(GpuTarget target) {
        return TileTarget.gpu(target.sharedBytes() / 2);
    }
}
