package pleat.passes.sparse;

import com.google.common.collect.ImmutableSet;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import pleat.ir.index.Access;
import pleat.ir.index.Index;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.passes.Uses;

/** How many rows have one set of keys together at one place of a mask, because they were put into blocks before. */
final class Sharing {
    private final Uses uses;

    private Sharing(Uses uses) {
        this.uses = uses;
    }

    /**
     * @param key the axis of the masked equation that counts keys
     * @param own axes that the mask depends on
     */
    static long of(Function function, Op.Compute masked, int key, Set<Integer> own) {
        return new Sharing(Uses.of(function)).rows(masked, key, own);
    }

    private long rows(Op.Compute op, int key, Set<Integer> own) {
        if (!op.equation().isMap()) {
            return op.equation().reads().stream().filter(access -> access.uses(key)).mapToLong(access -> beside(op, access, key, own)).max()
                    .orElse(1);
        }
        long most = 1;
        for (int r = 0; r < op.operands().size(); r++) {
            var producer = uses.producers().get(op.operands().get(r));
            var access = op.equation().reads().get(r);
            var there = producer == null ? OptionalInt.empty() : axisThere(producer, access, key);
            if (there.isPresent()) {
                var ownThere = own.stream().map(axis -> axisThere(producer, access, axis)).flatMapToInt(OptionalInt::stream).boxed()
                        .collect(ImmutableSet.toImmutableSet());
                most = Math.max(most, rows(producer, there.getAsInt(), ownThere));
            }
        }
        return most;
    }

    private static OptionalInt axisThere(Op.Compute producer, Access access, int axis) {
        return IntStream.range(0, access.rank()).filter(d -> access.subscripts().get(d).equals(Index.axis(axis)))
                .mapToObj(d -> producer.equation().write().subscripts().get(d).bareAxis()).flatMapToInt(OptionalInt::stream).findFirst();
    }

    /** Positions of the axes that the result has, and neither the operand with the keys nor the mask. */
    private static long beside(Op.Compute op, Access access, int key, Set<Integer> own) {
        return IntStream.range(0, op.equation().axes().size())
                .filter(a -> a != key && !own.contains(a) && !op.equation().isReduced(a) && !access.uses(a))
                .mapToLong(a -> op.equation().axes().get(a).extent().known()).reduce(1, (a, b) -> a * b);
    }
}
