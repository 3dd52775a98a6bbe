package pleat.passes.reduce;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import pleat.ir.tensor.TensorModule;
import pleat.passes.Inline;

/** Bodies in the place of calls, where the other moves can take them apart. */
final class InlineCalls implements Move {
    @Override
    public Stream<Supplier<TensorModule>> candidates(TensorModule module) {
        return Stream.of(() -> {
            TensorModule inlined = Inline.PASS.apply(module);
            return Entry.rebuilt(inlined, inlined.entryFunction().body(), inlined.entryFunction().returns(), List.of());
        });
    }
}
