package pleat.codegen.gpu;

import java.util.List;
import pleat.ir.lane.LaneBuilder;
import pleat.ir.lane.LaneKernel;

/** What the warps of a {@link Band} do in one program, counted from its steps. */
final class BandWork {
    /** Of a wait and a barrier for each part. */
    private static final double MEET = 8;
    /** Of reading two words of a right factor: a lane asks for two or four. */
    private static final double READ = 1;
    /** Of two halves of a right factor as two words. */
    private static final double OPENED = 2;
    /** Of a word that is computed there, beside what computes it. */
    private static final double COMPUTED = 22;

    private final Band band;
    private final BlockAxes axes;
    private final LeafWork leaves;
    private final double warps;

    private BandWork(Band band, HomePlaces places) {
        this.band = band;
        this.axes = new BlockAxes(band.kernel().axes(), new Ints(new LaneBuilder()));
        this.leaves = new LeafWork(band.kernel(), places);
        this.warps = warps(band);
    }

    static BlockWork of(Band band, HomePlaces places) {
        var work = new BandWork(band, places);
        return work.of(band.steps());
    }

    static int warps(Band band) {
        return Math.toIntExact(Math.ceilDiv(new BlockAxes(band.kernel().axes(), new Ints(new LaneBuilder())).room(band.rows()), (long) Band.WARP_ROWS));
    }

    private BlockWork of(List<Band.Step> steps) {
        return steps.stream().map(this::of).reduce(BlockWork.NONE, BlockWork::plus);
    }

    private BlockWork of(Band.Step step) {
        return switch (step) {
            case Band.Step.Keep(var result, Expression value) -> evaluate(value, columns(result.axes()));
            case Band.Step.Reduce reduce -> evaluate(reduce.value(), reduce.columns()).plus(new BlockWork(points(reduce.columns()) / LaneKernel.WARP + 4 * warps, 0, 0, 0));
            case Band.Step.Write write -> evaluate(write.value(), write.columns())
                    .plus(leaves.move(new Leaf.InBuffer(write.buffer(), write.access()), withRows(write.columns()), points(write.columns())));
            case Band.Step.Multiply multiply -> multiply(multiply);
            case Band.Step.Loop loop -> of(loop.body()).times(band.kernel().axes().get(loop.axis()).blocks());
        };
    }

    private List<Integer> columns(List<Integer> of) {
        return Band.columns(axes, band.rows(), of);
    }

    private List<Integer> withRows(List<Integer> columns) {
        return LeafWork.all(List.of(band.rows()), columns);
    }

    /** Lanes have two neighbours of a row, also where rows or columns end. */
    private double points(List<Integer> columns) {
        return warps * Band.WARP_ROWS * (columns.isEmpty() ? 4 : Band.COLUMNS * (double) Band.tiles(axes, columns));
    }

    private BlockWork evaluate(Expression value, List<Integer> columns) {
        var work = new BlockWork(points(columns) / LaneKernel.WARP * LeafWork.arithmetic(value.body()), 0, 0, 0);
        for (Leaf leaf : value.leaves()) {
            // A lane has two rows, and those of a warp that have the same columns read the same numbers of what has no rows.
            boolean isShared = LeafDistances.isSame(leaf, band.rows());
            work = work.plus(leaves.move(leaf, withRows(columns), points(columns) / (isShared ? Band.HALF : 1)));
        }
        return work;
    }

    private BlockWork multiply(Band.Step.Multiply step) {
        var in = step.right().in();
        double depth = Band.tiles(axes, step.depth());
        double products = warps * depth * Band.tiles(axes, in.isByDepth() ? in.words() : in.lines());
        double met = warps * MEET * step.right().parts();
        var multiplied = switch (step.right().units()) {
            case BF16, F16 -> new BlockWork(products / 2 * (1 + READ) + warps * depth * 4 + met, products / 2 * StepWork.UNIT_FLOPS, products, 0);
            case TF32 -> new BlockWork(products * (1 + READ + OPENED) + warps * depth * 4 + met, products * StepWork.UNIT_FLOPS, products, 0);
            case TF32_TWICE -> new BlockWork(products * (3 + READ + 2 * (StepWork.SPLIT + StepWork.OPENED)) + warps * depth * 4 * StepWork.SPLIT + met, 3 * products * StepWork.UNIT_FLOPS,
                    2 * products, 0);
        };
        return multiplied.plus(evaluate(step.left(), step.depth())).plus(staged(step.right()));
    }

    private BlockWork staged(RightFactor factor) {
        double numbers = (double) factor.in().count() * factor.in().pitch();
        double warpWords = numbers * factor.wordBytes() / Integer.BYTES / LaneKernel.WARP;
        var of = LeafWork.all(factor.in().lines(), factor.in().words());
        var stored = new BlockWork(0, 0, warpWords, 0);
        if (factor.copied().isPresent()) {
            var moved = leaves.move(factor.copied().get(), of, axes.room(of));
            return stored.plus(new BlockWork(warpWords / ResultHomes.GROUP * StepWork.COPY, 0, 0, moved.sectors()));
        }
        return stored.plus(leaves.evaluate(factor.value(), of, numbers)).plus(new BlockWork(warpWords * COMPUTED, 0, 0, 0));
    }
}
