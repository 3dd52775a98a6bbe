package pleat.passes.reduce;

import java.util.ArrayList;
import java.util.function.Supplier;
import java.util.stream.Stream;
import pleat.ir.tensor.TensorModule;

/** Inputs instead of the results of ops: what came before is not needed any more. */
final class ReplaceOps implements Move {
    @Override
    public Stream<Supplier<TensorModule>> candidates(TensorModule module) {
        var entry = module.entryFunction();
        return Move.chunks(entry.body().size()).map(chunk -> () -> {
            var body = new ArrayList<>(entry.body());
            var dropped = body.subList(chunk[0], chunk[1]);
            var lost = dropped.stream().flatMap(op -> op.results().stream()).toList();
            dropped.clear();
            return Entry.rebuilt(module, body, entry.returns(), lost);
        });
    }
}
