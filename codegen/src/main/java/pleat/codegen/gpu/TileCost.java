package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import pleat.ir.kernel.Kernel;
import pleat.ir.lane.LaneBuilder;
import pleat.ir.lane.LaneKernel;

/**
 * What a launch of a kernel is expected to do, before there is code.
 *
 * @param work of one program
 */
public record TileCost(BlockWork work, LaunchSize size) {
    /** Registers beside those that hold tiles. */
    private static final int OTHER_REGISTERS = 64;
    private static final int LEAST_REGISTERS = 40;
    private static final int MOST_REGISTERS = 255;
    /** The tile builder's own way is left only for one that takes less than this part of its time: counts are known no better. */
    private static final double CLEARLY_LESS = 0.95;

    public static TileCost of(Kernel kernel, GpuTarget target) {
        int budget = target.sharedBytes() / Room.BLOCKS;
        return BandPlan.of(kernel, budget).map(band -> of(band, budget)).orElseGet(() -> of(kernel, target, Room.of(kernel, target)));
    }

    /** The place of the kernel that takes the least time; of the first one unless another takes clearly less. */
    public static int cheapest(ImmutableList<Kernel> kernels, GpuTarget target, GpuSpeed speed) {
        var seconds = kernels.stream().mapToDouble(kernel -> of(kernel, target).seconds(speed)).toArray();
        int least = 0;
        for (int k = 1; k < seconds.length; k++) {
            least = seconds[k] < seconds[least] ? k : least;
        }
        return seconds[least] < CLEARLY_LESS * seconds[0] ? least : 0;
    }

    public double seconds(GpuSpeed speed) {
        return speed.seconds(work, size);
    }

    /** Blocks that a multiprocessor of a target's GPUs has room for. */
    public int resident(GpuTarget target) {
        return GpuSpeed.Residence.of(target).of(size);
    }

    private static TileCost of(Band band, long budget) {
        var places = HomePlaces.of(ImmutableList.of(), (long) Band.PARTS * band.partBytes(), budget);
        var axes = new BlockAxes(band.kernel().axes(), new Ints(new LaneBuilder()));
        int registers = new BandRegisters(axes, band.rows(), band.steps()).most();
        return new TileCost(BandWork.of(band, places), size(band.kernel(), BandWork.warps(band) * LaneKernel.WARP, places, registers));
    }

    private static TileCost of(Kernel kernel, GpuTarget target, Room room) {
        return new TileCost(StepWork.of(kernel, target, room), size(kernel, target, room));
    }

    static LaunchSize size(Kernel kernel, GpuTarget target, Room room) {
        int registers = room.steps().stream().mapToInt(step -> registers(kernel, target, step)).max().orElse(0);
        return size(kernel, BlockSize.of(kernel, room.steps()), room.places(), registers);
    }

    private static LaunchSize size(Kernel kernel, int threads, HomePlaces places, int registers) {
        long bytes = kernel.parameters().stream().mapToLong(parameter -> parameter.type().bytes()).sum();
        return new LaunchSize(kernel.programs(), threads, Math.toIntExact(places.sharedBytes()), Math.clamp(registers + OTHER_REGISTERS, LEAST_REGISTERS, MOST_REGISTERS), bytes);
    }

    /** Those of sums, and of the factors that are multiplied; or of a row. */
    private static int registers(Kernel kernel, GpuTarget target, Step step) {
        return switch (step) {
            case Step.Multiply(Product product, _, _) -> {
                var axes = new BlockAxes(kernel.axes(), new Ints(new LaneBuilder()));
                var tiles = UnitTiles.of(target, StagedFactors.of(kernel, product), axes.room(product.axes().rows()), axes.room(product.axes().columns())).results();
                yield 4 * tiles.rowTiles() * tiles.columnTiles() + 2 * (4 * tiles.rowTiles() + 2 * tiles.columnTiles());
            }
            case Step.Loop(_, var body) -> body.stream().mapToInt(inner -> registers(kernel, target, inner)).max().orElse(0);
            case Step.Rows _ -> 32;
            case Step.Fill _, Step.Write _, Step.Reduce _, Step.Scatter _ -> 0;
        };
    }
}
