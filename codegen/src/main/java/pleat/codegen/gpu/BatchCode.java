package pleat.codegen.gpu;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.List;
import pleat.ir.lane.LaneBuilder;
import pleat.ir.lane.LaneKernel;
import pleat.ir.lane.LaneOp;
import pleat.ir.lane.LaneValue;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;
import pleat.ir.verify.LaneVerifier;

/** Several kernels as one: each has its blocks, behind those of the kernels before it, and its parameters. */
final class BatchCode {
    private BatchCode() {}

    /** @param kernels of as many threads each, without scratch and products */
    static GpuCodegen.Lowered of(String entry, List<GpuCodegen.Lowered> kernels) {
        var b = new LaneBuilder();
        var parameters = ImmutableList.<LaneValue>builder();
        int threads = kernels.getFirst().lane().threads();
        int grid = 0;
        int shared = 0;
        var block = b.row(Opcode.BLOCK);
        for (var kernel : kernels) {
            var lane = kernel.lane();
            checkArgument(lane.threads() == threads && kernel.scratchBytes() == 0 && !kernel.multiplies(), "kernel `%s` is not for a batch", lane.name());
            parameters.addAll(lane.parameters().subList(0, lane.parameters().size() - 1));
            var own = b.row(Opcode.SUB_I32, block, Operand.i32(grid));
            b.when(b.row(Opcode.ULT_I32, own, Operand.i32(kernel.grid())), () -> b.copy(inBlock(lane.body(), own)));
            grid += kernel.grid();
            shared = Math.max(shared, lane.sharedBytes());
        }
        parameters.add(kernels.getLast().lane().parameters().getLast());
        var together = new LaneKernel(entry, parameters.build(), threads, shared, b.body());
        return new GpuCodegen.Lowered(LaneVerifier.verified(together, "a batch of launches"), grid, 0, false, ImmutableList.of());
    }

    /** The same where the number of the block is another. */
    private static ImmutableList<LaneOp> inBlock(List<LaneOp> ops, Operand block) {
        return ops.stream().map(op -> switch (op) {
            case LaneOp.Row(var results, var opcode, _) when opcode == Opcode.BLOCK -> new LaneOp.Row(results, Opcode.ADD_I32,
                    ImmutableList.of(block, Operand.i32(0)));
            case LaneOp.Row row -> row;
            case LaneOp.For(var index, var range, var carries, var body) -> new LaneOp.For(index, range, carries, inBlock(body, block));
            case LaneOp.If(var condition, var merges, var body) -> new LaneOp.If(condition, merges, inBlock(body, block));
        }).collect(ImmutableList.toImmutableList());
    }
}
