package pleat.passes.sparse;

import java.util.OptionalInt;
import java.util.stream.IntStream;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Index;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.passes.Uses;

/** How many logits each key is multiplied for at one place of the mask: rows that were put into blocks before. */
final class Sharing {
    private Sharing() {}

    /** @param key the axis of the masked equation that counts keys */
    static long of(Function function, Op.Compute masked, int key) {
        return of(Uses.of(function), masked, key);
    }

    private static long of(Uses uses, Op.Compute op, int key) {
        if (!op.equation().isMap()) {
            return IntStream.range(0, op.operands().size()).mapToObj(op.equation().reads()::get).filter(access -> access.uses(key))
                    .mapToLong(access -> beside(op, access, key)).max().orElse(1);
        }
        long most = 1;
        for (int r = 0; r < op.operands().size(); r++) {
            var producer = uses.producers().get(op.operands().get(r));
            var keyThere = producer == null ? OptionalInt.empty() : axisThere(producer, op.equation().reads().get(r), key);
            if (keyThere.isPresent()) {
                most = Math.max(most, of(uses, producer, keyThere.getAsInt()));
            }
        }
        return most;
    }

    private static OptionalInt axisThere(Op.Compute producer, Access access, int key) {
        return IntStream.range(0, access.rank()).filter(d -> access.subscripts().get(d).equals(Index.axis(key)))
                .mapToObj(d -> producer.equation().write().subscripts().get(d).bareAxis()).flatMapToInt(OptionalInt::stream).findFirst();
    }

    /** Positions of the axes that the result has and the operand with the keys has not, the longest left out: it is the mask's own. */
    private static long beside(Op.Compute op, Access access, int key) {
        var extents = IntStream.range(0, op.equation().axes().size()).filter(a -> a != key && !op.equation().isReduced(a) && !access.uses(a))
                .mapToObj(op.equation().axes()::get).mapToLong(Sharing::extent).sorted().toArray();
        return IntStream.range(0, Math.max(0, extents.length - 1)).mapToLong(i -> extents[i]).reduce(1, (a, b) -> a * b);
    }

    private static long extent(Axis axis) {
        return axis.extent().known();
    }
}
