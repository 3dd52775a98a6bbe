package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.KernelAxis;
import pleat.ir.lane.LaneBuilder;
import pleat.ir.lane.LaneKernel;
import pleat.ir.lane.LaneOp;
import pleat.ir.lane.LaneType;
import pleat.ir.lane.LaneValue;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;
import pleat.ir.plan.TensorMap;

/** Lowers tile programs to lane code: a program is a block of threads, which do one step after the other together. */
public final class GpuCodegen {
    /** Blocks of a launch whose tiles do not all fit into shared memory: each has its part of scratch. */
    private static final long SCRATCH_GRID = 512;
    private static final long LARGEST_GRID = 1 << 30;
    /** Of a launch, which every driver takes. */
    private static final long PARAMETER_BYTES = 4 << 10;

    private final BlockCode k;

    private GpuCodegen(BlockCode k) {
        this.k = k;
    }

    /**
     * A kernel for a GPU.
     *
     * @param grid blocks of a launch
     * @param scratchBytes for all blocks together
     * @param multiplies whether it has products for matrix units
     * @param maps that its first parameters are
     */
    public record Lowered(LaneKernel lane, int grid, long scratchBytes, boolean multiplies, ImmutableList<TensorMap> maps) {}

    public static Lowered lower(Kernel kernel, GpuTarget target, String entry) {
        int budget = target.sharedBytes() / Room.BLOCKS;
        return BandPlan.of(kernel, budget).map(band -> lower(band, target, entry)).orElseGet(() -> lower(kernel, target, entry, Room.of(kernel, target)));
    }

    // Maps are long, and a launch has room for few of them beside its addresses.
    private static Lowered lower(Kernel kernel, GpuTarget target, String entry, Room room) {
        var lowered = lowerSteps(kernel, target, entry, room);
        long bytes = (long) TensorMap.BYTES * lowered.maps().size() + (long) Long.BYTES * (kernel.parameters().size() + 1);
        return bytes <= PARAMETER_BYTES ? lowered : lower(kernel, target.withoutBulk(), entry);
    }

    private static Lowered lowerSteps(Kernel kernel, GpuTarget target, String entry, Room room) {
        long grid = Math.clamp(kernel.programs(), 1, room.places().scratchBytes() > 0 ? SCRATCH_GRID : LARGEST_GRID);
        var k = new BlockCode(target, kernel, room.places(), BlockSize.of(kernel, room.steps()), room.stages());
        var steps = new StepCode(k);
        new GpuCodegen(k).programs(() -> steps.run(room.steps()), steps::meet, grid);
        return lowered(k, room.places(), grid, entry, multiplies(room.steps()));
    }

    private static Lowered lower(Band band, GpuTarget target, String entry) {
        var places = HomePlaces.of(ImmutableList.of(), (long) Band.PARTS * band.partBytes(), target.sharedBytes() / Room.BLOCKS);
        long grid = Math.clamp(band.kernel().programs(), 1, LARGEST_GRID);
        int warps = Math.toIntExact(Math.ceilDiv(new BlockAxes(band.kernel().axes(), new Ints(new LaneBuilder())).room(band.rows()), (long) Band.WARP_ROWS));
        var k = new BlockCode(target, band.kernel(), places, warps * LaneKernel.WARP, Band.PARTS);
        var codegen = new GpuCodegen(k);
        var wide = BandBuffers.of(band, k.axes);
        codegen.programs(() -> codegen.write(band, wide), () -> k.b.act(Opcode.BARRIER), grid);
        return lowered(k, places, grid, entry, true);
    }

    // Where a window of a buffer begins is known when the kernel is launched.
    private void write(Band band, ImmutableSet<Integer> wide) {
        if (wide.isEmpty()) {
            new BandCode(k, band, false).write();
            return;
        }
        var isWide = beginAtMultiplesOf16(wide);
        k.b.when(isWide, () -> new BandCode(k, band, true).write());
        k.b.when(k.b.row(Opcode.NOT_PRED, isWide), () -> new BandCode(k, band, false).write());
    }

    private Operand beginAtMultiplesOf16(Iterable<Integer> buffers) {
        Operand all = Ints.yes();
        for (int buffer : buffers) {
            var begin = k.buffers.get(buffer);
            all = k.ints.both(all, k.b.row(begin.type() == LaneType.CONST ? Opcode.ALIGNED_16 : Opcode.ALIGNED_16_GLOBAL, begin));
        }
        return all;
    }

    private static boolean multiplies(List<Step> steps) {
        return steps.stream().anyMatch(step -> step instanceof Step.Multiply || step instanceof Step.Loop(_, var body) && multiplies(body));
    }

    private static Lowered lowered(BlockCode k, HomePlaces places, long grid, String entry, boolean multiplies) {
        var lane = new LaneKernel(entry, k.parameters(), k.threads, Math.toIntExact(places.sharedBytes()), k.b.body());
        return new Lowered(lane, Math.toIntExact(grid), grid * places.scratchBytes(), multiplies, k.maps());
    }

    /** @param between what all threads do after a program, if another one may follow */
    private void programs(Runnable body, Runnable between, long grid) {
        long programs = k.kernel.programs();
        Operand block = k.b.row(Opcode.BLOCK);
        if (programs == grid) {
            program(block, body);
            return;
        }
        // The last sum may go past the number of programs by as many as there are blocks.
        boolean wide = programs + grid > Integer.MAX_VALUE;
        Operand from = wide ? k.ints.wide(block) : block;
        var to = wide ? Operand.i64(programs) : Operand.i32(programs);
        var step = wide ? Operand.i64(grid) : Operand.i32(grid);
        k.b.loop(new LaneOp.Range(from, to, step), List.of(), (number, _) -> {
            program(number, body);
            between.run();
            return List.of();
        });
    }

    /** @param number of the program, row-major over the grid axes */
    private void program(Operand number, Runnable body) {
        Operand rest = number;
        for (int axis = k.kernel.axes().size() - 1; axis >= 0; axis--) {
            KernelAxis a = k.kernel.axes().get(axis);
            if (a.role() == KernelAxis.Role.GRID) {
                k.axes.enter(axis, low(k.ints.rest(rest, a.blocks())));
                rest = k.ints.over(rest, a.blocks());
            } else {
                k.axes.enter(axis, Operand.i32(0));
            }
        }
        body.run();
    }

    private Operand low(Operand x) {
        return switch (x) {
            case Operand.Whole(_, long value) -> Operand.i32(value);
            case Operand.Real real -> throw new IllegalStateException(real + " is no block");
            case LaneValue value -> value.type() == LaneType.I64 ? k.b.row(Opcode.LOW, value) : value;
        };
    }
}
