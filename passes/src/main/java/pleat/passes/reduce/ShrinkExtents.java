package pleat.passes.reduce;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.type.Dim;
import pleat.passes.BindSizes;
import pleat.passes.Rebuild;

/** A smaller extent wherever one extent stands, and numbers for symbols. */
final class ShrinkExtents implements Move {
    @Override
    public Stream<Supplier<TensorModule>> candidates(TensorModule module) {
        Set<Dim> dims = new LinkedHashSet<>();
        BindSizes.mapDims(module, dim -> {
            dims.add(dim);
            return dim;
        });
        return dims.stream().flatMap(dim -> smaller(dim).distinct().mapToObj(extent -> () -> with(module, dim, extent)));
    }

    private static LongStream smaller(Dim dim) {
        return switch (dim) {
            case Dim.Const(long extent) -> LongStream.of(1, 2, 3, extent / 4, extent / 2, extent - 1)
                    .filter(e -> e > 0 && e < extent);
            case Dim.Symbol symbol -> LongStream.of(1, 2, symbol.multiple(), symbol.min(), symbol.max()).filter(e -> e > 0);
        };
    }

    private static TensorModule with(TensorModule module, Dim old, long extent) {
        TensorModule smaller = BindSizes.mapDims(module, dim -> dim.equals(old) ? Dim.of(extent) : dim);
        return Rebuild.eachFunction(smaller, function -> Rebuild.function(function,
                function.body().stream().map(op -> op instanceof Op.Repeat repeat && Dim.of(repeat.body().count()).equals(old)
                        ? repeated(repeat, extent) : op).toList(), value -> value));
    }

    private static Op repeated(Op.Repeat repeat, long count) {
        var body = new Op.Repeat.Body(repeat.body().callee(), count, repeat.body().reversed());
        return new Op.Repeat(repeat.results(), body, repeat.carried(), repeat.invariant(), repeat.sliced(), repeat.location());
    }
}
