package pleat.passes.reduce;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import pleat.ir.tensor.Function.Return;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;

/** The operands of the last ops as outputs, instead of what those ops make of them. */
final class ReturnOperands implements Move {
    @Override
    public Stream<Supplier<TensorModule>> candidates(TensorModule module) {
        var entry = module.entryFunction();
        int count = entry.body().size();
        // Only the last ops of the body: what follows them could not be without them.
        return Move.chunks(count).filter(chunk -> chunk[1] == count).map(chunk -> () -> {
            List<Op> kept = entry.body().subList(0, chunk[0]);
            var defined = new LinkedHashSet<Value>(entry.arguments());
            kept.forEach(op -> defined.addAll(op.results()));
            var names = new LinkedHashMap<Value, String>();
            entry.returns().stream().filter(r -> defined.contains(r.value()))
                    .forEach(r -> names.putIfAbsent(r.value(), r.external()));
            entry.body().subList(chunk[0], count).stream().flatMap(op -> op.operands().stream()).filter(defined::contains)
                    .forEach(value -> names.computeIfAbsent(value, _ -> unused(value.name(), names.values())));
            var returns = names.entrySet().stream().map(named -> new Return(named.getKey(), named.getValue())).toList();
            return Entry.rebuilt(module, kept, returns, List.of());
        });
    }

    private static String unused(String wish, Collection<String> taken) {
        var name = wish;
        for (int i = 1; taken.contains(name); i++) {
            name = wish + "." + i;
        }
        return name;
    }
}
