package pleat.passes.reduce;

import java.util.function.Supplier;
import java.util.stream.Stream;
import pleat.ir.tensor.TensorModule;

/** One way to make modules smaller. */
interface Move {
    /**
     * Smaller modules, the boldest first, each made when it is asked for; they need not be right, because each is verified before
     * it is tried.
     */
    Stream<Supplier<TensorModule>> candidates(TensorModule module);

    /**
     * What delta debugging tries to take away (Zeller and Hildebrandt 2002): all, then each half, each quarter, ... down to
     * single positions; each chunk is {@code [start, end)}.
     */
    static Stream<int[]> chunks(int count) {
        return Stream.iterate(count, size -> size > 0, size -> size == 1 ? 0 : (size + 1) / 2)
                .flatMap(size -> Stream.iterate(0, start -> start < count, start -> start + size)
                        .map(start -> new int[] {start, Math.min(count, start + size)}));
    }
}
