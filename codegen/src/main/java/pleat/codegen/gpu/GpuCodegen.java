package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.KernelAxis;
import pleat.ir.lane.LaneKernel;
import pleat.ir.lane.LaneOp;
import pleat.ir.lane.LaneType;
import pleat.ir.lane.LaneValue;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/** Lowers tile programs to lane code: a program is a block of threads, which do one step after the other together. */
public final class GpuCodegen {
    /** Blocks of a launch whose tiles do not all fit into shared memory: each has its part of scratch. */
    private static final long SCRATCH_GRID = 512;
    private static final long LARGEST_GRID = 1 << 30;
    /** Two blocks on a multiprocessor at least. */
    private static final int SHARED_SHARE = 2;

    private final BlockCode k;
    private final StepCode steps;

    private GpuCodegen(BlockCode k) {
        this.k = k;
        this.steps = new StepCode(k);
    }

    /**
     * A kernel for a GPU.
     *
     * @param grid blocks of a launch
     * @param scratchBytes for all blocks together
     */
    public record Lowered(LaneKernel lane, int grid, long scratchBytes) {}

    public static Lowered lower(Kernel kernel, GpuTarget target, String entry) {
        var room = Room.of(kernel, target.sharedBytes() / SHARED_SHARE);
        var steps = room.steps();
        var places = room.places();
        long grid = Math.clamp(kernel.programs(), 1, places.scratchBytes() > 0 ? SCRATCH_GRID : LARGEST_GRID);
        var k = new BlockCode(kernel, places, BlockSize.of(kernel, steps), room.stages());
        new GpuCodegen(k).programs(steps, grid);
        var parameters = new ArrayList<LaneValue>(k.buffers);
        parameters.add(k.scratch());
        var lane = new LaneKernel(entry, ImmutableList.copyOf(parameters), k.threads, Math.toIntExact(places.sharedBytes()), k.b.body());
        return new Lowered(lane, Math.toIntExact(grid), grid * places.scratchBytes());
    }

    private void programs(ImmutableList<Step> body, long grid) {
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
            steps.meet();
            return List.of();
        });
    }

    /** @param number of the program, row-major over the grid axes */
    private void program(Operand number, ImmutableList<Step> body) {
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
        steps.run(body);
    }

    private Operand low(Operand x) {
        return switch (x) {
            case Operand.Whole(_, long value) -> Operand.i32(value);
            case Operand.Real real -> throw new IllegalStateException(real + " is no block");
            case LaneValue value -> value.type() == LaneType.I64 ? k.b.row(Opcode.LOW, value) : value;
        };
    }
}
