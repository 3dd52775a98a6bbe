package pleat.ir.interp;

import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import pleat.ir.derive.Transfers;
import pleat.ir.index.Reduction;
import pleat.ir.mesh.Device;
import pleat.ir.mesh.Range;
import pleat.ir.mesh.Split;
import pleat.ir.mesh.Transfer;

/** What each device of a group gets from a collective. */
final class TransferRunner {
    private TransferRunner() {}

    /**
     * @param group the devices that meet, by their places along the axis
     * @param operands what each of them brings
     */
    static List<NdArray> run(Transfer transfer, List<Device> group, List<NdArray> operands) {
        return switch (transfer) {
            case Transfer.Vary _ -> operands;
            case Transfer.Slice(Split split) -> each(group, g -> Blocks.part(operands.get(g), split.dim(), split.part(group.get(g))));
            case Transfer.AllGather(Split split, _) -> {
                NdArray whole = Blocks.join(operands, split.dim());
                yield each(group, _ -> whole);
            }
            case Transfer.AllReduce(_, Reduction reduction) -> {
                NdArray combined = Blocks.combine(operands, reduction);
                yield each(group, _ -> combined);
            }
            case Transfer.ReduceScatter(Split split, Reduction reduction) -> blocks(Blocks.combine(operands, reduction), split, group);
            case Transfer.AllToAll(Split split, Split to) -> blocks(Blocks.join(operands, split.dim()), to, group);
            case Transfer.Halo(Split split, long before, long after) -> {
                NdArray whole = Blocks.join(operands, split.dim());
                yield each(group, g -> Blocks.part(whole, split.dim(), Transfers.around(split, before, after, g, group.get(g))));
            }
            case Transfer.FoldHalo(Split split, long before, long after) -> each(group, g -> folded(split, before, after, group, operands, g));
        };
    }

    private static List<NdArray> blocks(NdArray whole, Split split, List<Device> group) {
        return each(group, g -> Blocks.part(whole, split.dim(), split.part(group.get(g))));
    }

    /** The block of one device, with what the others have of it added. */
    private static NdArray folded(Split split, long before, long after, List<Device> group, List<NdArray> operands, int me) {
        Range block = split.part(group.get(me));
        double[] sum = null;
        NdArray shape = null;
        for (int g = 0; g < group.size(); g++) {
            Range has = Transfers.around(split, before, after, g, group.get(g));
            NdArray term = within(operands.get(g), split.dim(), has, block);
            shape = term;
            var elements = term.toArray();
            for (int i = 0; sum != null && i < sum.length; i++) {
                sum[i] += elements[i];
            }
            sum = sum == null ? elements : sum;
        }
        return NdArray.of(sum, shape.shape());
    }

    /** Of positions {@code has} of a dim those of {@code block}; 0 where there are none. */
    private static NdArray within(NdArray around, int dim, Range has, Range block) {
        long start = Math.max(has.start(), block.start());
        long end = Math.max(start, Math.min(has.end(), block.end()));
        var shape = around.shape();
        if (start == end) {
            shape[dim] = block.extent();
            return NdArray.filled(0, shape);
        }
        var before = around.shape();
        before[dim] = start - block.start();
        var after = around.shape();
        after[dim] = block.end() - end;
        return Blocks.join(List.of(NdArray.filled(0, before), Blocks.part(around, dim, new Range(start - has.start(), end - has.start())),
                NdArray.filled(0, after)), dim);
    }

    private static List<NdArray> each(List<Device> group, IntFunction<NdArray> result) {
        return IntStream.range(0, group.size()).mapToObj(result).toList();
    }
}
