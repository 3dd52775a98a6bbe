package pleat.passes.tile;

import com.google.common.collect.ImmutableList;
import java.util.List;
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

/** Tile programs of the ops that have no equation. */
public final class OpaqueProgram {
    /** Elements of a tile, so that it stays near while it is filled. */
    private static final long ELEMENTS = 1 << 14;

    /** Rows are shared out even if a single program could hold them all. */
    private static final long LEAST_PROGRAMS = 4;

    private OpaqueProgram() {}

    /** @param layout how each value lies in memory */
    public static TileProgram.Written write(String name, Op op, TileTarget target, Function<Value, Layout> layout) {
        return switch (op) {
            case Op.Gather gather -> gather(name, gather, target, layout);
            case Op.ScatterAdd scatter -> scatter(name, scatter, target, layout);
            case Op.Random random -> random(name, random, layout);
            case Op.Compute _, Op.Call _, Op.Repeat _, Op.Collective _ -> throw new IllegalStateException("`" + op + "` is no op of its own");
        };
    }

    /** One row of the table for each index. */
    private static TileProgram.Written gather(String name, Op.Gather op, TileTarget target, Function<Value, Layout> layout) {
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
        return written(name, List.of(op.table(), op.indices()), op.result(), axes, body, layout);
    }

    /** Each program looks through all indices for those that name one of its rows. */
    private static TileProgram.Written scatter(String name, Op.ScatterAdd op, TileTarget target, Function<Value, Layout> layout) {
        int rank = op.result().type().rank();
        var shape = op.result().type().shape();
        var blocks = new long[rank];
        long left = ELEMENTS;
        for (int d = rank - 1; d > 0; d--) {
            blocks[d] = Math.clamp(shape[d], 1, Math.max(1, Math.min(left, target.columns())));
            left /= blocks[d];
        }
        blocks[0] = Math.clamp(Math.ceilDiv(shape[0], LEAST_PROGRAMS), 1, Math.max(1, left));
        var axes = IntStream.range(0, rank).mapToObj(d -> new KernelAxis((d == 0 ? "r" : "c") + d, shape[d], blocks[d], Role.GRID))
                .collect(ImmutableList.toImmutableList());
        var rows = new Tile(op.result().name(), IntStream.range(0, rank).boxed().toList());
        var body = ImmutableList.<TileOp>of(new TileOp.Scatter(rows, 0, 1, bare(1, rank)), new TileOp.Store(2, bare(0, rank), rows));
        return written(name, List.of(op.updates(), op.indices()), op.result(), axes, body, layout);
    }

    private static TileProgram.Written random(String name, Op.Random op, Function<Value, Layout> layout) {
        int rank = op.result().type().rank();
        var shape = op.result().type().shape();
        var axes = new KernelAxis[rank];
        var positions = op.positions();
        var position = Index.constant(positions.offset());
        long left = ELEMENTS;
        for (int d = rank - 1; d >= 0; d--) {
            long block = Math.clamp(shape[d], 1, Math.max(1, left));
            axes[d] = new KernelAxis("i" + d, shape[d], block, Role.GRID);
            left /= block;
            position = Index.axis(d).times(positions.strides().get(d)).plus(position);
        }
        var drawn = new Tile(op.result().name(), IntStream.range(0, rank).boxed().toList());
        var body = ImmutableList.<TileOp>of(new TileOp.Random(drawn, 0, op.stream(), position), new TileOp.Store(1, bare(0, rank), drawn));
        return written(name, List.of(op.seed()), op.result(), ImmutableList.copyOf(axes), body, layout);
    }

    private static TileProgram.Written written(String name, List<Value> read, Value result, ImmutableList<KernelAxis> axes, ImmutableList<TileOp> body,
            Function<Value, Layout> layout) {
        var values = ImmutableList.<Value>builder().addAll(read).add(result).build();
        var parameters = values.stream().map(v -> new Kernel.Parameter(v.name(), v.type(), layout.apply(v),
                v == result ? Kernel.Mode.OUT : Kernel.Mode.IN)).collect(ImmutableList.toImmutableList());
        return new TileProgram.Written(new Kernel(name, parameters, axes, body), values);
    }

    private static Access bare(int from, int to) {
        return Access.of(IntStream.range(from, to).mapToObj(Index::axis).toList());
    }
}
