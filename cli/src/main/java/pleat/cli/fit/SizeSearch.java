package pleat.cli.fit;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import pleat.cli.compile.Bytes;
import pleat.cli.compile.CompileRequest;
import pleat.cli.compile.ModelCache;
import pleat.cli.compile.ModelCompiler;
import pleat.cli.compile.NativeCompiler;
import pleat.cli.compile.Phases;
import pleat.codegen.HostTarget;
import pleat.frontend.ConfigValue;
import pleat.frontend.Frontend;
import pleat.frontend.Frontend.Request;
import pleat.ir.diagnostic.UserException;
import pleat.ir.plan.Plan.Kind;
import pleat.ir.tensor.TensorModule;
import pleat.passes.chunk.Choice;
import pleat.passes.chunk.ChunkSearch.Found;

/** Plans of a module at several sizes, made to fit a budget; no machine code is made of them. */
final class SizeSearch {
    /** Where the search begins: small enough for any budget that is worth asking for. */
    private static final long FIRST = 64;

    private final CompileRequest request;
    private final HostTarget target;
    private final Phases phases;
    private final long budget;
    private final Frontend frontend;
    /** Where the loops were that made the largest size so far fit; with more chunks they often do so for the next. */
    private List<Loop> known = List.of();
    private long next;
    private long nextBytes;
    private int tried;

    /**
     * A chunk loop, in words that hold for all sizes.
     *
     * @param op position of the op whose result is cut, in its function
     */
    private record Loop(String function, int op, int dim, long chunks) {}

    /**
     * A plan that fits.
     *
     * @param sizes that were varied
     * @param overwrites whether inputs are consumed
     * @param chunks what is computed in chunks
     */
    record Fit(CompileRequest request, ImmutableMap<String, Long> sizes, long arenaBytes, boolean overwrites, List<String> chunks) {}

    /** @param request with the budget of the whole process */
    SizeSearch(CompileRequest request, HostTarget target, Phases phases) {
        this.request = request;
        this.target = target;
        this.phases = phases;
        this.budget = request.memoryBudget().orElseThrow() - ProcessMemory.BYTES;
        this.frontend = request.model().open();
    }

    /** The smallest number that was tried and did not fit; 0 if none was. */
    long next() {
        return next;
    }

    /** What that would take, the process included. */
    long nextBytes() {
        return nextBytes;
    }

    int tried() {
        return tried;
    }

    /** @throws UserException if it does not fit */
    Fit at(ImmutableMap<String, Long> sizes) {
        var compiler = new NativeCompiler(request.options(), target, Phases.quiet());
        var sized = sized(sizes);
        var found = compiler.fitted(tiled(sized, compiler), budget, ImmutableList.of());
        tried++;
        if (found.arenaBytes() > budget) {
            throw tooMuch(sizes, found.arenaBytes());
        }
        return fit(sized, sizes, found);
    }

    private UserException tooMuch(Map<String, Long> sizes, long arenaBytes) {
        String with = sizes.entrySet().stream().map(size -> size.getKey() + " = " + size.getValue()).collect(Collectors.joining(", "));
        return new UserException("`%s`%s does not fit into %s: it takes %s (%d bytes)\n  = note: %d bytes of that are for the process itself".formatted(request.model(),
                with.isEmpty() ? "" : " with " + with, Bytes.text(budget + ProcessMemory.BYTES), Bytes.text(arenaBytes + ProcessMemory.BYTES),
                arenaBytes + ProcessMemory.BYTES, ProcessMemory.BYTES));
    }

    /** The largest number up to {@code most} that fits: it is doubled until one does not, and what is between is halved. */
    Fit largest(String name, long most) {
        long fitting = 0;
        long failing = most + 1;
        long at = Math.min(FIRST, most);
        while (fitting + 1 < failing) {
            if (fits(name, at)) {
                fitting = at;
            } else {
                failing = at;
            }
            at = failing > most && fitting > 0 ? Math.min(most, 2 * fitting) : fitting + (failing - fitting) / 2;
        }
        if (fitting == 0) {
            throw tooMuch(ImmutableMap.of(name, failing), nextBytes - ProcessMemory.BYTES);
        }
        return at(ImmutableMap.of(name, fitting));
    }

    private boolean fits(String name, long size) {
        var compiler = new NativeCompiler(request.options(), target, Phases.quiet());
        var tiled = tiled(sized(ImmutableMap.of(name, size)), compiler);
        var found = phases.time("search", () -> compiler.fitted(tiled, budget, choices(tiled)));
        tried++;
        boolean fits = found.arenaBytes() <= budget;
        if (fits) {
            known = found.choices().isEmpty() ? known : loops(tiled, found.choices());
        } else if (next == 0 || size < next) {
            next = size;
            nextBytes = found.arenaBytes() + ProcessMemory.BYTES;
        }
        return fits;
    }

    private CompileRequest sized(Map<String, Long> sizes) {
        var values = new LinkedHashMap<>(request.binding().values());
        sizes.forEach((name, size) -> {
            if (values.putIfAbsent(name, ConfigValue.of(size)) != null) {
                throw new UserException("size `" + name + "` is given, and --vary is to find it");
            }
        });
        return new CompileRequest(request.model(), new Request(ImmutableMap.copyOf(values), request.binding().shapes()), request.gradients(),
                request.options().withBudget(OptionalLong.of(budget)), OptionalLong.of(budget));
    }

    private TensorModule tiled(CompileRequest sized, NativeCompiler compiler) {
        var modelCompiler = new ModelCompiler(sized, target, Phases.quiet());
        return compiler.tiled(modelCompiler.prepared(modelCompiler.source(frontend)));
    }

    private static List<Loop> loops(TensorModule module, List<Choice> choices) {
        var loops = new ArrayList<Loop>();
        module.functions().values().forEach(function -> {
            for (int op = 0; op < function.body().size(); op++) {
                for (Choice choice : choices) {
                    if (function.body().get(op).results().contains(choice.value())) {
                        loops.add(new Loop(function.name(), op, choice.dim(), Math.ceilDiv(choice.extent(), choice.width())));
                    }
                }
            }
        });
        return loops;
    }

    private ImmutableList<Choice> choices(TensorModule module) {
        var choices = ImmutableList.<Choice>builder();
        for (Loop loop : known) {
            var value = module.functions().get(loop.function()).body().get(loop.op()).results().getFirst();
            choices.add(new Choice(value, loop.dim(), Math.ceilDiv(value.type().dims().get(loop.dim()).known(), loop.chunks())));
        }
        return choices.build();
    }

    private Fit fit(CompileRequest sized, ImmutableMap<String, Long> sizes, Found found) {
        boolean overwrites = found.plan().buffers().stream().anyMatch(buffer -> buffer.place().kind() == Kind.CONSUMED);
        return new Fit(sized, sizes, found.arenaBytes(), overwrites, found.choices().stream().map(Choice::toString).toList());
    }

    /** The machine code of a plan that fits, in the cache. */
    ModelCache.Entry compiled(Fit fit, ModelCache cache) {
        return cache.get(fit.request(), target, phases);
    }
}
