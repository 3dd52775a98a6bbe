package pleat.passes.reduce;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import pleat.ir.tensor.TensorModule;

/** Fewer outputs, and no op that only those needed. */
final class DropReturns implements Move {
    @Override
    public Stream<Supplier<TensorModule>> candidates(TensorModule module) {
        var entry = module.entryFunction();
        return Move.chunks(entry.returns().size()).map(chunk -> () -> {
            var returns = new ArrayList<>(entry.returns());
            returns.subList(chunk[0], chunk[1]).clear();
            return Entry.rebuilt(module, entry.body(), returns, List.of());
        });
    }
}
