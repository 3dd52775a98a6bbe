package pleat.cli.compile;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import pleat.codegen.HostTarget;
import pleat.frontend.Frontend;
import pleat.ir.derive.Products;
import pleat.ir.diagnostic.UserException;
import pleat.ir.plan.Plan;
import pleat.ir.tensor.TensorModule;
import pleat.ir.type.Dim;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.grad.Differentiate;

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
        var frontend = phases.time("parse", request.model()::open);
        var module = prepared(source(frontend));
        var compiler = new NativeCompiler(request.options(), target, phases);
        var plan = compiler.schedule(compiler.tiled(module));
        var code = compiler.lower(plan);
        var placed = compiler.place(plan, code);
        checkBudget(placed);
        compiler.link(code, sharedObject);
        return new CompiledModel(placed, sharedObject, Products.flops(module), OpGroups.of(placed, frontend.program()));
    }

    /** What the frontend makes of the sources, with every size known. */
    public TensorModule source(Frontend frontend) {
        var module = phases.time("frontend", () -> frontend.compile(request.model().module(frontend), request.binding()));
        var unknown = new TreeSet<String>();
        module.entryFunction().parameters().forEach(parameter -> parameter.value().type().dims().forEach(dim -> {
            if (dim instanceof Dim.Symbol symbol) {
                unknown.add(symbol.name());
            }
        }));
        if (!unknown.isEmpty()) {
            throw new UserException("sizes of `%s` are not given: %s\n  = help: add --size %s".formatted(request.model(),
                    String.join(", ", unknown), String.join(",", unknown.stream().map(name -> name + "=64").toList())));
        }
        return module;
    }

    /** Plain equations, and those of the gradients that are asked for. */
    public TensorModule prepared(TensorModule source) {
        return phases.time("passes", () -> {
            var passes = PassManager.quiet();
            var module = passes.run(source, Pipelines.prepare(Map.of()));
            return request.gradients().isEmpty() ? module
                    : passes.run(passes.run(module, List.of(Differentiate.of(request.gradients()))), Pipelines.cleanUp());
        });
    }

    private void checkBudget(Plan plan) {
        long needed = plan.arena().bytes();
        if (request.memoryBudget().isPresent() && needed > request.memoryBudget().getAsLong()) {
            var byKind = new EnumMap<Plan.Kind, Long>(Plan.Kind.class);
            plan.buffers().forEach(buffer -> byKind.merge(buffer.place().kind(), buffer.place().bytes(), Long::sum));
            long fixed = byKind.getOrDefault(Plan.Kind.WEIGHT, 0L);
            throw new UserException("`%s` needs %s of memory (%d bytes), and --memory allows %s\n  = note: %s of it are weights, %s inputs and outputs".formatted(
                    request.model(), Bytes.text(needed), needed, Bytes.text(request.memoryBudget().getAsLong()), Bytes.text(fixed),
                    Bytes.text(byKind.getOrDefault(Plan.Kind.INPUT, 0L) + byKind.getOrDefault(Plan.Kind.OUTPUT, 0L))));
        }
    }
}
