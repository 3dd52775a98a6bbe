package pleat.passes.shard;

import com.google.common.collect.ImmutableList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import pleat.ir.derive.Normalize;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Scalar;
import pleat.ir.mesh.Device;
import pleat.ir.mesh.Range;
import pleat.ir.mesh.ShardPlan.Cut;
import pleat.ir.mesh.Split;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.type.Dim;

/** One device's part of an op: the same formula over its blocks, with offsets where positions count. */
final class LocalOp {
    private final Device device;
    private final List<Cut> cuts;
    private final Op whole;

    private LocalOp(Op whole, List<Cut> cuts, Device device) {
        this.whole = whole;
        this.cuts = cuts;
        this.device = device;
    }

    /**
     * @param result of the type that the device has
     * @param operands what the device holds of each operand
     * @param forms in which it holds them
     */
    static Op of(Op whole, List<Cut> cuts, Device device, Value result, List<Value> operands, List<Form> forms) {
        return new LocalOp(whole, cuts, device).with(result, operands, forms);
    }

    private Op with(Value result, List<Value> operands, List<Form> forms) {
        return switch (whole) {
            case Op.Compute compute -> Normalize.of(new Op.Compute(result, equation(compute, result, forms), ImmutableList.copyOf(operands), compute.location()));
            case Op.Gather gather -> new Op.Gather(result, operands.get(0), operands.get(1), gather.location());
            case Op.ScatterAdd scatter -> new Op.ScatterAdd(result, operands.get(0), operands.get(1), scatter.location());
            case Op.Random random -> new Op.Random(result, operands.getFirst(), random.stream(), cuts.stream()
                    .filter(cut -> block(cut).extent() < Needs.extent(random, cut.axis()))
                    .sorted(Comparator.comparingInt(Cut::axis))
                    .map(cut -> new Op.Random.Cut(cut.axis(), block(cut).start(), Needs.extent(random, cut.axis())))
                    .collect(ImmutableList.toImmutableList()), random.location());
            case Op.Call _, Op.Repeat _, Op.Collective _ -> throw new IllegalStateException("`" + whole + "` is not cut along axes");
        };
    }

    private Range block(Cut cut) {
        return new Split(cut.along(), cut.axis(), Needs.extent(whole, cut.axis()), cut.unit()).part(device);
    }

    /** Where the device's block of an axis begins. */
    private long low(int axis) {
        return cuts.stream().filter(cut -> cut.axis() == axis).mapToLong(cut -> block(cut).start()).findFirst().orElse(0);
    }

    private Equation equation(Op.Compute compute, Value result, List<Form> forms) {
        var equation = compute.equation();
        var axes = IntStream.range(0, equation.axes().size()).mapToObj(a -> cuts.stream().filter(cut -> cut.axis() == a).findFirst()
                .map(cut -> new Axis(equation.axes().get(a).name(), Dim.of(block(cut).extent()))).orElse(equation.axes().get(a)))
                .collect(ImmutableList.toImmutableList());
        var reads = IntStream.range(0, forms.size()).mapToObj(r -> {
            var held = forms.get(r).ranges(compute.operands().get(r).type().shape(), device);
            return shifted(equation.reads().get(r), held);
        }).collect(ImmutableList.toImmutableList());
        var target = new Equation.Target(equation.write(), result.type().dims());
        return new Equation(axes, reads, target, equation.reduction(), body(equation));
    }

    /** From positions in the whole, which the axes gave, to those in what is held, which the shortened axes give. */
    private Access shifted(Access access, List<Range> held) {
        return new Access(IntStream.range(0, access.rank()).mapToObj(d -> {
            Index subscript = access.subscripts().get(d);
            long begin = subscript.terms().stream().mapToLong(term -> term.coefficient() * low(term.axis())).sum();
            return subscript.plus(Index.constant(begin - held.get(d).start()));
        }).collect(ImmutableList.toImmutableList()), access.guarded());
    }

    /** Positions and extents stay those of the whole. */
    private Scalar body(Equation equation) {
        return equation.body().rewrite(node -> switch (node) {
            case Scalar.Position(int axis) -> low(axis) > 0 ? node.plus(Scalar.of(low(axis))) : node;
            case Scalar.Extent(int axis) -> cuts.stream().anyMatch(cut -> cut.axis() == axis)
                    ? Scalar.of(equation.axes().get(axis).extent().known()) : node;
            case Scalar.Const _, Scalar.Read _, Scalar.Unary _, Scalar.Binary _, Scalar.Select _ -> node;
        });
    }
}
