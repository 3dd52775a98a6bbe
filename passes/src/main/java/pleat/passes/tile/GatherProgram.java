package pleat.passes.tile;

import com.google.common.collect.ImmutableList;
import java.util.function.Function;
import java.util.stream.IntStream;
import pleat.ir.index.Access;
import pleat.ir.index.Index;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.KernelAxis;
import pleat.ir.kernel.KernelAxis.Role;
import pleat.ir.kernel.Layout;
import pleat.ir.kernel.Tile;
import pleat.ir.kernel.TileOp;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;

/** The tile program of a gather: one row of the table for each index. */
public final class GatherProgram {
    private GatherProgram() {}

    public static TileProgram.Written write(String name, Op.Gather op, TileTarget target, Function<Value, Layout> layout) {
        int indexRank = op.indices().type().rank();
        int rank = op.result().type().rank();
        var shape = op.result().type().shape();
        var axes = IntStream.range(0, rank).mapToObj(d -> {
            boolean isIndex = d < indexRank;
            long block = isIndex ? d == indexRank - 1 ? Math.clamp(shape[d], 1, target.rows()) : 1 : Math.max(1, shape[d]);
            return new KernelAxis((isIndex ? "i" : "c") + d, shape[d], block, isIndex ? Role.GRID : Role.WHOLE);
        }).collect(ImmutableList.toImmutableList());
        var index = new Tile(op.indices().name(), IntStream.range(0, indexRank).boxed().toList());
        var rows = new Tile(op.result().name(), IntStream.range(0, rank).boxed().toList());
        var body = ImmutableList.<TileOp>of(new TileOp.Load(index, 1, bare(0, indexRank)), new TileOp.Gather(rows, 0, index, bare(indexRank, rank)),
                new TileOp.Store(2, bare(0, rank), rows));
        var values = ImmutableList.of(op.table(), op.indices(), op.result());
        var parameters = values.stream().map(v -> new Kernel.Parameter(v.name(), v.type(), layout.apply(v),
                v == op.result() ? Kernel.Mode.OUT : Kernel.Mode.IN)).collect(ImmutableList.toImmutableList());
        return new TileProgram.Written(new Kernel(name, parameters, axes, body), values);
    }

    private static Access bare(int from, int to) {
        return Access.of(IntStream.range(from, to).mapToObj(Index::axis).toList());
    }
}
