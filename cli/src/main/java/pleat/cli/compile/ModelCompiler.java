package pleat.cli.compile;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import pleat.codegen.HostTarget;
import pleat.codegen.gpu.GpuTarget;
import pleat.codegen.gpu.PtxCompiler;
import pleat.frontend.Frontend;
import pleat.ir.derive.Products;
import pleat.ir.diagnostic.DiagnosticRenderer;
import pleat.ir.diagnostic.UserException;
import pleat.ir.plan.Plan;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.KernelPrinter;
import pleat.ir.text.PlanPrinter;
import pleat.ir.text.Printer;
import pleat.ir.type.Dim;
import pleat.passes.recompute.Recomputation;
import pleat.passes.tile.TileChoice;

/** From a request to code: sources, passes, kernels, memory, machine code. */
public final class ModelCompiler {
    private final CompileRequest request;
    private final HostTarget target;
    private final Phases phases;

    public ModelCompiler(CompileRequest request, HostTarget target, Phases phases) {
        this.request = request;
        this.target = target;
        this.phases = phases;
    }

    /** @param sharedObject where the kernels go; not written if anything is wrong with the request */
    public CompiledModel compile(Path sharedObject) {
        var frontend = open();
        var source = source(frontend);
        var compiler = new NativeCompiler(request.options(), target, phases);
        var gradients = fitted(source);
        var preparation = preparation(source, gradients);
        var module = preparation.module();
        var plan = compiler.schedule(compiler.tiled(module, gradients.chosen().ends()));
        var code = compiler.lower(plan);
        var placed = compiler.place(plan, code);
        MemoryUse.of(placed).check(request.model().toString(), request.memoryBudget());
        compiler.link(code, sharedObject);
        return new CompiledModel(placed, sharedObject, facts(frontend, preparation, placed), warnings(frontend));
    }

    /** The same for a GPU. */
    GpuModel compile(GpuTarget gpu, EarlierCode earlier) {
        var frontend = open();
        var source = source(frontend);
        var compiler = new GpuCompiler(request.options(), gpu, phases, earlier);
        var gradients = fitted(source);
        var preparation = preparation(source, gradients);
        var plan = compiler.schedule(compiler.tiled(preparation.module(), gradients.chosen().ends()));
        var code = compiler.code(compiler.lower(plan));
        var placed = compiler.place(plan, code.scratchBytes());
        MemoryUse.of(placed).check(request.model().toString(), request.memoryBudget());
        return new GpuModel(preparation.module(), new GpuCompiler.Compiled(placed, code), facts(frontend, preparation, placed), warnings(frontend));
    }

    /** A plan for a GPU whose buffers have no place yet. */
    public Plan schedule(GpuTarget gpu, TileChoice tiles) {
        var source = source(open());
        var compiler = new GpuCompiler(request.options(), gpu, phases, PtxCompiler.LLVM, tiles);
        var gradients = fitted(source);
        return compiler.schedule(compiler.tiled(preparation(source, gradients).module(), gradients.chosen().ends()));
    }

    private CompiledModel.Facts facts(Frontend frontend, Preparation preparation, Plan placed) {
        var module = preparation.module();
        return new CompiledModel.Facts(request.model().module(frontend), request.options(), Products.flops(module),
                MemoryUse.intermediates(module, request.options().storage()), preparation.hoisting(), OpGroups.of(placed, frontend.program()));
    }

    /**
     * The text of one step's product; later steps are not run.
     *
     * @param gpu whose code is wanted; empty: this machine's
     * @param tuned tiles of code for a GPU
     */
    public String emit(Stage stage, Optional<GpuTarget> gpu, TunedTiles tuned) {
        var source = source(open());
        if (stage == Stage.IR) {
            return Printer.print(source);
        }
        if (stage == Stage.REMARKS) {
            return Preparation.remarks(source, request.options());
        }
        if (stage == Stage.PREPARED) {
            return Printer.print(Preparation.forward(source, request.options()));
        }
        var gradients = fitted(source);
        if (stage == Stage.RECOMPUTE) {
            return gradients.chosen().text();
        }
        var preparation = preparation(source, gradients);
        if (stage == Stage.LOOPS) {
            return preparation.decisions();
        }
        var compiler = new NativeCompiler(request.options(), target, phases);
        var tiled = compiler.tiled(preparation.module(), gradients.chosen().ends());
        if (stage == Stage.TILED) {
            return Printer.print(tiled);
        }
        return gpu.map(of -> new GpuCompiler(request.options(), of, phases, new EarlierCode(PtxCompiler.LLVM, tuned)).emit(stage, tiled))
                .orElseGet(() -> emit(stage, compiler, compiler.schedule(tiled)));
    }

    private static String emit(Stage stage, NativeCompiler compiler, Plan plan) {
        return switch (stage) {
            case IR, REMARKS, PREPARED, RECOMPUTE, LOOPS, TILED -> throw new IllegalStateException(stage + " was printed");
            case KERNEL -> plan.kernels().values().stream().map(KernelPrinter::print).collect(Collectors.joining("\n"));
            case PLAN -> PlanPrinter.print(compiler.place(plan, compiler.lower(plan)));
            case LLVM -> String.join("\n", compiler.lower(plan).modules());
            case ASM -> compiler.assembly(compiler.lower(plan));
            case TILE, LANE, PTX -> throw new UserException("--emit " + stage.name().toLowerCase(Locale.ROOT)
                    + " shows the code of a GPU\n  = help: add --target sm_80, or another of " + GpuTarget.names());
        };
    }

    private Frontend open() {
        return phases.time("parse", request.model()::open);
    }

    private static ImmutableList<String> warnings(Frontend frontend) {
        return frontend.program().warnings().stream().map(DiagnosticRenderer::render).collect(ImmutableList.toImmutableList());
    }

    /** What the frontend makes of the sources, with every size known. */
    public TensorModule source(Frontend frontend) {
        var module = phases.time("frontend", () -> frontend.compile(request.model().module(frontend), request.binding()));
        var unknown = new TreeSet<String>();
        var having = new LinkedHashSet<String>();
        module.entryFunction().parameters().forEach(parameter -> parameter.value().type().dims().forEach(dim -> {
            if (dim instanceof Dim.Symbol symbol) {
                unknown.add(symbol.name());
                having.add("`" + parameter.value().name() + "`");
            }
        }));
        if (!unknown.isEmpty()) {
            throw new UserException(("sizes of `%s` are not given: %s\n"
                    + "  = help: add --size %s, or --inputs FILE with %s to `pleat run`, which reads them off the shapes").formatted(request.model(),
                    String.join(", ", unknown), String.join(",", unknown.stream().map(name -> name + "=64").toList()),
                    having.stream().limit(3).collect(Collectors.joining(", "))));
        }
        return module;
    }

    /** Plain equations, and those of the gradients that are asked for. */
    public TensorModule prepared(TensorModule source) {
        return preparation(source, request.gradients()).module();
    }

    /** The gradients, with what is kept for them as the memory budget has it. */
    private Gradients fitted(TensorModule source) {
        var gradients = request.gradients();
        if (gradients.isEmpty() || gradients.recomputation().isPresent() || request.memoryBudget().isEmpty()) {
            return gradients;
        }
        long budget = request.memoryBudget().getAsLong();
        return phases.time("fit", () -> gradients.with(new MemoryFit(source, gradients.patterns(), request.options(), target).within(budget)));
    }

    /** What gradients keep within each of several budgets; where nothing fits, what is smallest. */
    public ImmutableList<Recomputation> recomputations(List<Long> budgets) {
        var source = source(open());
        return phases.time("fit", () -> {
            var fit = new MemoryFit(source, request.gradients().patterns(), request.options(), target);
            return budgets.stream().map(fit::within).collect(ImmutableList.toImmutableList());
        });
    }

    private Preparation preparation(TensorModule source, Gradients gradients) {
        return phases.time("passes", () -> Preparation.of(source, gradients, request.options()));
    }
}
