package pleat.runtime.collective;

import com.google.common.collect.ImmutableList;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;
import pleat.ir.kernel.Layout;
import pleat.ir.plan.Box;
import pleat.ir.plan.Exchange;
import pleat.ir.plan.Pattern;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Slice;
import pleat.ir.type.DType;
import pleat.ir.verify.Peers;

/**
 * An exchange with all that follows from it for memory: which stretches of whose operand go where in whose result.
 *
 * @param whole the tensor of which everybody has a box
 * @param text what all members have to agree on
 */
public record Route(Exchange exchange, Whole whole, String text) {

    /** @param layout of operands and results alike, an order of whole dims */
    public record Whole(DType dtype, ImmutableList<Long> shape, Layout layout) {
        public long[] extents() {
            return shape.stream().mapToLong(Long::longValue).toArray();
        }
    }

    /** Of a step of a plan. */
    public static Route of(Plan plan, Plan.Step.Start start) {
        var slice = Slice.of(plan.buffers().get(start.from().buffer()), start.from());
        long[] shape = start.exchange().whole(slice.type().shape());
        return of(start.exchange(), new Whole(slice.type().dtype(), list(shape), slice.layout()), Peers.text(plan, start));
    }

    /** What is reduced for all goes element by element as it lies, whatever its dims are. */
    private static Route of(Exchange exchange, Whole whole, String text) {
        if (!(exchange.pattern() instanceof Pattern.AllReduce)) {
            return new Route(exchange, whole, text);
        }
        long elements = Box.of(whole.extents()).elements();
        return new Route(exchange, new Whole(whole.dtype(), ImmutableList.of(elements), Layout.rowMajor(1)), text);
    }

    private static ImmutableList<Long> list(long[] values) {
        return IntStream.range(0, values.length).mapToObj(d -> values[d]).collect(ImmutableList.toImmutableList());
    }

    public int self() {
        return exchange.group().self();
    }

    public int members() {
        return exchange.group().size();
    }

    /** The first half of a reduction for all: each member combines one stripe. */
    public Route scatterOfStripes() {
        var stripes = Exchange.stripes(whole.shape().getFirst(), members());
        return new Route(new Exchange(new Pattern.ReduceScatter(stripes, exchange.pattern().reduction()), exchange.group()), whole, text);
    }

    /** The second half: everybody gets all stripes. */
    public Route gatherOfStripes() {
        return new Route(new Exchange(new Pattern.AllGather(Exchange.stripes(whole.shape().getFirst(), members())), exchange.group()), whole, text);
    }

    public boolean isReductionForAll() {
        return exchange.pattern() instanceof Pattern.AllReduce;
    }

    /** Where the result of a reduction for all has the stripe that a member combines. */
    public MemorySegment stripe(int member, MemorySegment result) {
        var cut = Exchange.stripes(whole.shape().getFirst(), members());
        int bytes = whole.dtype().bytes();
        return result.asSlice(cut.start(member) * bytes, cut.extents().get(member) * bytes);
    }

    /** Bytes that one member sends to another. */
    public long bytes(int sender, int receiver) {
        return move(sender, receiver).elements() * whole.dtype().bytes();
    }

    /** What this device sends to others, by the plan. */
    public long sentBytes() {
        return exchange.sentElements(whole.extents()) * whole.dtype().bytes();
    }

    /** From a member's operand to a member's result. */
    public BlockCopy copy(int sender, int receiver) {
        var move = move(sender, receiver);
        return BlockCopy.of(new BlockCopy.End(move.from(), operandShape(sender)), new BlockCopy.End(move.to(), resultShape(receiver)), whole);
    }

    /** From a member's operand to a block that has nothing else. */
    public BlockCopy pack(int sender, int receiver) {
        var move = move(sender, receiver);
        return BlockCopy.of(new BlockCopy.End(move.from(), operandShape(sender)), dense(move.from()), whole);
    }

    /** From such a block to a member's result. */
    public BlockCopy unpack(int sender, int receiver) {
        var move = move(sender, receiver);
        return BlockCopy.of(dense(move.to()), new BlockCopy.End(move.to(), resultShape(receiver)), whole);
    }

    private Exchange.Move move(int sender, int receiver) {
        return exchange.move(sender, receiver, whole.extents());
    }

    private long[] operandShape(int member) {
        return exchange.operand(member, whole.extents()).extent().toArray();
    }

    private long[] resultShape(int member) {
        return exchange.result(member, whole.extents()).extent().toArray();
    }

    private static BlockCopy.End dense(Box box) {
        return new BlockCopy.End(box.within(box), box.extent().toArray());
    }
}
