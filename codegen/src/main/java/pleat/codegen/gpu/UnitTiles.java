package pleat.codegen.gpu;

import java.util.List;
import java.util.stream.LongStream;
import pleat.ir.kernel.Kernel;
import pleat.ir.lane.LaneBuilder;
import pleat.ir.lane.Operand;

/** Which matrix units do a product, what each has of a panel of the result, and where parts of both factors lie for them in shared memory. */
sealed interface UnitTiles permits WarpTiles, GroupTiles {

    /** The units for a product with so many rows and columns: those of warp groups where the target has them and they are for it, else those of warps. */
    static UnitTiles of(GpuTarget target, StagedFactors factors, long rows, long columns) {
        return GroupTiles.of(target, factors, rows, columns).<UnitTiles>map(tiles -> tiles).orElseGet(() -> WarpTiles.of(rows, columns));
    }

    /** Of a panel. */
    int rows();

    /** Of a panel. */
    int columns();

    /** Rows of a panel that are of one of the factors: columns are those of the right one. */
    default int rows(FactorReads.Side side) {
        return switch (side) {
            case LEFT -> rows();
            case RIGHT -> columns();
        };
    }

    /** Of a part of a factor of which a panel has so many rows. */
    int bytes(Factor factor, int rows);

    /** Bytes from where a part of a factor begins to a word of a line. */
    Operand offset(Ints ints, FactorReads.Side side, Factor factor, Operand line, Operand word);

    /** Which sums a warp has once all is added up. */
    WarpTiles results();

    /** Shared memory for parts of factors, so many at a time, for the step that needs the most. */
    static long stagingBytes(Kernel kernel, GpuTarget target, List<Step> steps, int stages) {
        return staging(kernel, target, stages, steps).max().orElse(0);
    }

    /** Whether some product of a kernel is one of warps, which read what threads wrote without being shown it. */
    static boolean areOfWarps(Kernel kernel, GpuTarget target) {
        return areOfWarps(kernel, target, StepPlan.of(kernel));
    }

    private static boolean areOfWarps(Kernel kernel, GpuTarget target, List<Step> steps) {
        var axes = new BlockAxes(kernel.axes(), new Ints(new LaneBuilder()));
        return steps.stream().anyMatch(step -> switch (step) {
            case Step.Multiply(Product product, _, _) -> of(target, StagedFactors.of(kernel, product), axes.room(product.axes().rows()),
                    axes.room(product.axes().columns())) instanceof WarpTiles;
            case Step.Loop(_, var body) -> areOfWarps(kernel, target, body);
            case Step.Fill _, Step.Write _, Step.Reduce _, Step.Scatter _, Step.Rows _ -> false;
        });
    }

    private static LongStream staging(Kernel kernel, GpuTarget target, int stages, List<Step> steps) {
        var axes = new BlockAxes(kernel.axes(), new Ints(new LaneBuilder()));
        return steps.stream().flatMapToLong(step -> switch (step) {
            case Step.Multiply(Product product, _, _) -> {
                var factors = StagedFactors.of(kernel, product);
                var tiles = of(target, factors, axes.room(product.axes().rows()), axes.room(product.axes().columns()));
                int parts = product.stages(kernel, stages);
                yield LongStream.of((long) parts * factors.bytes(tiles) + BulkFactors.of(kernel, target, product, tiles, parts).bytes(parts));
            }
            case Step.Loop(_, var body) -> staging(kernel, target, stages, body);
            case Step.Fill _, Step.Write _, Step.Reduce _, Step.Scatter _, Step.Rows _ -> LongStream.of();
        });
    }
}
