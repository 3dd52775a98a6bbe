package pleat.passes.reduce;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Function.Return;
import pleat.ir.tensor.Function.Role;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.passes.Inline;

/** Modules with less in their entry function; what is unread then is still there. */
final class Cuts {
    private Cuts() {}

    static Stream<TensorModule> functionsInlined(TensorModule module) {
        return Stream.of(Inline.PASS.apply(module)).filter(inlined -> inlined != module);
    }

    /** Only one of several results. */
    static Stream<TensorModule> oneReturn(TensorModule module) {
        var entry = module.entryFunction();
        return entry.returns().size() == 1 ? Stream.of() : entry.returns().stream().map(r -> with(module, entry.parameters(), entry.body(), List.of(r)));
    }

    /** The results of an earlier op in place of the function's; the earliest first. */
    static Stream<TensorModule> earlierReturns(TensorModule module) {
        var entry = module.entryFunction();
        return IntStream.range(0, entry.body().size() - 1).boxed().flatMap(o -> entry.body().get(o).results().stream()
                .map(result -> with(module, entry.parameters(), entry.body().subList(0, o + 1), List.of(new Return(result, result.name())))));
    }

    /** What the first ops compute becomes a parameter, as many ops as possible; then single ops. */
    static Stream<TensorModule> opsAsParameters(TensorModule module) {
        int count = module.entryFunction().body().size();
        var prefixes = Stream.iterate(count / 2, size -> size > 1, size -> size / 2).map(size -> withoutOps(module, 0, size));
        return Stream.concat(prefixes, IntStream.range(0, count).mapToObj(o -> withoutOps(module, o, o + 1)));
    }

    /** Parameters that something reads; a module with all of them is no smaller. */
    static Stream<TensorModule> unusedParameters(TensorModule module) {
        var entry = module.entryFunction();
        var read = read(entry.body(), entry.returns());
        var parameters = entry.parameters().stream().filter(p -> read.contains(p.value())).toList();
        return parameters.size() == entry.parameters().size() ? Stream.of() : Stream.of(with(module, parameters, entry.body(), entry.returns()));
    }

    private static TensorModule withoutOps(TensorModule module, int from, int to) {
        var entry = module.entryFunction();
        var rest = new ArrayList<>(entry.body());
        var cut = rest.subList(from, to);
        var made = cut.stream().flatMap(op -> op.results().stream()).toList();
        cut.clear();
        var read = read(rest, entry.returns());
        var parameters = new ArrayList<>(entry.parameters());
        made.stream().filter(read::contains).forEach(value -> parameters.add(new Parameter(value, Role.INPUT, unusedName(value.name(), parameters))));
        return with(module, parameters, rest, entry.returns());
    }

    private static String unusedName(String name, List<Parameter> taken) {
        return taken.stream().anyMatch(p -> p.external().equals(name)) ? unusedName(name + "_", taken) : name;
    }

    private static Set<Value> read(List<Op> body, List<Return> returns) {
        var read = new LinkedHashSet<Value>();
        body.forEach(op -> read.addAll(op.operands()));
        returns.forEach(returned -> read.add(returned.value()));
        return read;
    }

    private static TensorModule with(TensorModule module, List<Parameter> parameters, List<Op> body, List<Return> returns) {
        return module.with(new Function(module.entry(), ImmutableList.copyOf(parameters), ImmutableList.copyOf(body), ImmutableList.copyOf(returns)));
    }
}
