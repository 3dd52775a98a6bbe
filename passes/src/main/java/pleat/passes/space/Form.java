package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import pleat.ir.derive.Cost;
import pleat.ir.derive.ShardingRules;
import pleat.ir.derive.ShardingRules.Rule;
import pleat.ir.index.Index;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.passes.machine.Family;

/**
 * What clustering asks of an op: which of its axes stands alone at which dim. The axes of an op without an equation are those that its sharding
 * rules count.
 *
 * @param extents of the axes
 * @param written for each dim of the result the axis that stands there alone, or -1
 * @param read the same for each operand's dims
 * @param rules how it can be split along each axis
 * @param family of its kernel
 * @param flops operations of its equation, 0 without one
 */
record Form(Op op, ImmutableList<Long> extents, int[] written, List<int[]> read, ImmutableList<Rule> rules, Family family, long flops) {

    private Form(Op op, ImmutableList<Long> extents, int[] written, List<int[]> read) {
        this(op, extents, written, read, ShardingRules.of(op), op instanceof Op.Compute compute ? Family.of(compute.equation()) : Family.MAP,
                op instanceof Op.Compute compute ? Cost.flops(compute.equation()) : 0);
    }

    static Form of(Op op) {
        return switch (op) {
            case Op.Compute compute -> {
                var equation = compute.equation();
                yield new Form(op, equation.axes().stream().map(axis -> axis.extent().known()).collect(ImmutableList.toImmutableList()),
                        bare(equation.write().subscripts()), equation.reads().stream().map(read -> bare(read.subscripts())).toList());
            }
            case Op.Gather gather -> {
                var indices = gather.indices().type().rank();
                int rank = gather.result().type().rank();
                int[] table = new int[gather.table().type().rank()];
                Arrays.setAll(table, d -> d == 0 ? -1 : d - 1 + indices);
                yield new Form(op, shape(gather.result()), identity(rank), List.of(table, identity(indices)));
            }
            case Op.ScatterAdd scatter -> {
                var indices = scatter.indices().type().rank();
                int[] result = new int[scatter.result().type().rank()];
                Arrays.setAll(result, d -> d == 0 ? -1 : d - 1 + indices);
                yield new Form(op, shape(scatter.updates()), result, List.of(identity(scatter.updates().type().rank()), identity(indices)));
            }
            case Op.Random random -> new Form(op, shape(random.result()), identity(random.result().type().rank()), List.of(new int[0]));
            case Op.Collective _, Op.Call _, Op.Repeat _ -> throw new IllegalStateException("neither structure nor a collective is an op of a segment");
        };
    }

    /** Whether each element of the result comes from one point. */
    boolean isMap() {
        return switch (op) {
            case Op.Compute compute -> compute.equation().isMap();
            case Op.Random _ -> true;
            case Op.Gather _, Op.ScatterAdd _, Op.Collective _, Op.Call _, Op.Repeat _ -> false;
        };
    }

    Value result() {
        return op.results().getFirst();
    }

    /** Reads of a value, by position in the operands. */
    List<Integer> readsOf(Value value) {
        var reads = new ArrayList<Integer>();
        for (int r = 0; r < op.operands().size(); r++) {
            if (op.operands().get(r) == value) {
                reads.add(r);
            }
        }
        return reads;
    }

    private static ImmutableList<Long> shape(Value value) {
        return Arrays.stream(value.type().shape()).boxed().collect(ImmutableList.toImmutableList());
    }

    private static int[] identity(int rank) {
        return IntStream.range(0, rank).toArray();
    }

    private static int[] bare(List<Index> subscripts) {
        return subscripts.stream().mapToInt(subscript -> subscript.bareAxis().orElse(-1)).toArray();
    }
}
