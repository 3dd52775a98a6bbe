package pleat.codegen.gpu;

import java.util.List;
import java.util.stream.LongStream;
import pleat.ir.kernel.Kernel;
import pleat.ir.lane.LaneBuilder;
import pleat.ir.lane.LaneKernel;

/** How many threads a block has: as many as its largest step has points, within limits. */
final class BlockSize {
    private static final long MOST = WarpTiles.WARPS * LaneKernel.WARP;

    private BlockSize() {}

    static int of(Kernel kernel, List<Step> steps) {
        var axes = new BlockAxes(kernel.axes(), new Ints(new LaneBuilder()));
        long points = points(kernel, axes, steps).max().orElse(1);
        return (int) Math.clamp(Math.ceilDiv(points, LaneKernel.WARP) * LaneKernel.WARP, LaneKernel.WARP, MOST);
    }

    private static long lanes(Kernel kernel, BlockAxes axes, Step.Rows rows) {
        var lanes = RowLanes.of(axes, rows, RowLanes.canBeWide(kernel, rows));
        return axes.room(rows.rows()) * (rows.isReduced() ? lanes.lanes() : axes.room(rows.columns()) / lanes.width());
    }

    private static LongStream points(Kernel kernel, BlockAxes axes, List<Step> steps) {
        return steps.stream().flatMapToLong(step -> switch (step) {
            case Step.Fill(var of, _, _) -> LongStream.of(axes.room(of));
            case Step.Write(var of, _, _, _) -> LongStream.of(axes.room(of));
            case Step.Reduce(_, Step.Domain domain, _, _, _) -> LongStream.of(axes.room(domain.axes()) * axes.room(domain.reduced()));
            case Step.Multiply _ -> LongStream.of(MOST);
            case Step.Scatter(var op, _) -> LongStream.of(axes.room(op.result().axes()));
            case Step.Rows rows -> LongStream.of(lanes(kernel, axes, rows));
            case Step.Loop(_, var body) -> points(kernel, axes, body);
        });
    }
}
