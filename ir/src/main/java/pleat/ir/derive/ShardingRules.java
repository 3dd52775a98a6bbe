package pleat.ir.derive;

import com.google.common.collect.ImmutableList;
import java.util.stream.IntStream;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Equation.Target;
import pleat.ir.index.Index;
import pleat.ir.index.Index.Term;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Op;
import pleat.ir.type.Dim;

/** What happens to the operands and the result of an op if one of its axes is cut into blocks, one for each device. */
public final class ShardingRules {
    private ShardingRules() {}

    /** What a device has of the result after it ran its block. */
    public sealed interface Result {
        /** Block [lo, hi) of the axis is block [stride*lo, stride*hi) of this dim. */
        record Pass(int dim, long stride) implements Result {}

        /** A whole tensor, to be combined with those of the other devices. */
        record Partial(Reduction reduction) implements Result {}

        /** The axis cannot be cut: every device computes all of it. */
        record Replicate(String reason) implements Result {}
    }

    /**
     * Of one dim of a read, block [lo, hi) of the axis needs the positions from {@code stride*lo - before} to
     * {@code stride*hi + after} (exclusive), as far as the operand has them. Both are 0 for an operand that is cut like the
     * axis; what is above 0 is a halo.
     */
    public record Slice(int read, int dim, long stride, long before, long after) {
        public boolean isHalo() {
            return before > 0 || after > 0;
        }
    }

    /** @param slices the dims of reads of which a block suffices; of all others the whole is needed */
    public record Rule(int axis, Result result, ImmutableList<Slice> slices) {}

    /** One device's share: an equation over parts of the operands. */
    public record Share(Equation equation, ImmutableList<Part> parts) {}

    /** The part {@code [start, start + extent)} of each dim of what one read reads. */
    public record Part(ImmutableList<Long> start, ImmutableList<Long> extent) {}

    /** One rule for each axis. */
    public static ImmutableList<Rule> of(Equation equation) {
        return IntStream.range(0, equation.axes().size()).mapToObj(a -> of(equation, a)).collect(ImmutableList.toImmutableList());
    }

    public static Rule of(Equation equation, int axis) {
        var result = result(equation, axis);
        var slices = ImmutableList.<Slice>builder();
        for (int r = 0; r < equation.reads().size() && !(result instanceof Result.Replicate); r++) {
            for (int d = 0; d < equation.reads().get(r).rank(); d++) {
                var subscript = equation.reads().get(r).subscripts().get(d);
                long stride = subscript.coefficient(axis);
                if (stride > 0) {
                    var rest = Subscripts.range(subscript.plus(Index.of(ImmutableList.of(new Term(axis, -stride)), 0)),
                            equation.axes());
                    slices.add(new Slice(r, d, stride, -rest.min(), rest.max() + 1 - stride));
                }
            }
        }
        return new Rule(axis, result, slices.build());
    }

    /** Ops without an equation say for themselves: rows are chosen by data, so only what is beside them can be cut. */
    public static ImmutableList<Rule> of(Op op) {
        return switch (op) {
            case Op.Compute compute -> of(compute.equation());
            case Op.Gather gather -> {
                int chosen = gather.indices().type().rank();
                yield IntStream.range(0, gather.result().type().rank())
                        .mapToObj(d -> new Rule(d, new Result.Pass(d, 1),
                                ImmutableList.of(d < chosen ? whole(1, d) : whole(0, d - chosen + 1))))
                        .collect(ImmutableList.toImmutableList());
            }
            case Op.ScatterAdd scatter -> {
                int chosen = scatter.indices().type().rank();
                yield IntStream.range(0, scatter.updates().type().rank())
                        .mapToObj(d -> d < chosen
                                ? new Rule(d, new Result.Partial(Reduction.SUM), ImmutableList.of(whole(0, d), whole(1, d)))
                                : new Rule(d, new Result.Pass(d - chosen + 1, 1), ImmutableList.of(whole(0, d))))
                        .collect(ImmutableList.toImmutableList());
            }
            // The counter is the element's position in the whole tensor, which a device knows.
            case Op.Random random -> IntStream.range(0, random.result().type().rank())
                    .mapToObj(d -> new Rule(d, new Result.Pass(d, 1), ImmutableList.of()))
                    .collect(ImmutableList.toImmutableList());
            // What a collective does along one axis of the mesh says nothing of the others.
            case Op.Call _, Op.Repeat _, Op.Collective _ -> ImmutableList.of();
        };
    }

    private static Slice whole(int operand, int dim) {
        return new Slice(operand, dim, 1, 0, 0);
    }

    private static Result result(Equation equation, int axis) {
        if (equation.isReduced(axis)) {
            return equation.isMap() ? new Result.Replicate("it is neither written nor combined")
                    : new Result.Partial(equation.reduction());
        }
        var name = equation.axes().get(axis).name();
        var dims = IntStream.range(0, equation.dims().size()).filter(d -> equation.write().subscripts().get(d).uses(axis))
                .toArray();
        if (dims.length > 1) {
            return new Result.Replicate("`" + name + "` is written at several dims");
        }
        var subscript = equation.write().subscripts().get(dims[0]);
        var digits = Subscripts.digits(subscript, equation.axes(), equation.dims().get(dims[0]));
        if (digits.isEmpty()) {
            return new Result.Replicate("dim " + dims[0] + " of the result is not written once at each position");
        }
        return digits.get().getFirst().axis() == axis ? new Result.Pass(dims[0], subscript.coefficient(axis))
                : new Result.Replicate("a block of `" + name + "` is not a block of dim " + dims[0] + " of the result");
    }

    /**
     * The share of the device that has block [lo, hi) of the axis; extents are bound.
     *
     * @return refused where the rule says that the axis cannot be cut
     */
    public static Derived<Share> share(Op.Compute compute, Rule rule, long lo, long hi) {
        var equation = compute.equation();
        if (rule.result() instanceof Result.Replicate(String reason)) {
            return Derived.no("%s", reason);
        }
        var reads = ImmutableList.<Access>builder();
        var parts = ImmutableList.<Part>builder();
        for (int r = 0; r < equation.reads().size(); r++) {
            var part = part(compute, rule, r, lo, hi);
            var access = equation.reads().get(r);
            parts.add(part);
            reads.add(new Access(IntStream.range(0, access.rank()).mapToObj(d -> {
                var subscript = access.subscripts().get(d);
                return subscript.plus(Index.constant(subscript.coefficient(rule.axis()) * lo - part.start().get(d)));
            }).collect(ImmutableList.toImmutableList()), access.guarded()));
        }
        var axes = IntStream.range(0, equation.axes().size()).mapToObj(a -> a == rule.axis()
                ? new Axis(equation.axes().get(a).name(), Dim.of(hi - lo)) : equation.axes().get(a))
                .collect(ImmutableList.toImmutableList());
        return Derived.yes(new Share(new Equation(axes, reads.build(), target(equation, rule, lo, hi), equation.reduction(),
                body(equation, rule.axis(), lo)), parts.build()));
    }

    private static Part part(Op.Compute compute, Rule rule, int read, long lo, long hi) {
        long[] start = new long[compute.operands().get(read).type().rank()];
        long[] end = compute.operands().get(read).type().shape();
        rule.slices().stream().filter(s -> s.read() == read).forEach(s -> {
            start[s.dim()] = Math.clamp(s.stride() * lo - s.before(), 0, end[s.dim()]);
            end[s.dim()] = Math.clamp(s.stride() * hi + s.after(), start[s.dim()], end[s.dim()]);
        });
        return new Part(IntStream.range(0, end.length).mapToObj(d -> start[d]).collect(ImmutableList.toImmutableList()),
                IntStream.range(0, end.length).mapToObj(d -> end[d] - start[d]).collect(ImmutableList.toImmutableList()));
    }

    private static Target target(Equation equation, Rule rule, long lo, long hi) {
        return switch (rule.result()) {
            case Result.Pass(int dim, long stride) -> new Target(equation.write(), IntStream.range(0, equation.dims().size())
                    .mapToObj(d -> d == dim ? Dim.of(stride * (hi - lo)) : equation.dims().get(d))
                    .collect(ImmutableList.toImmutableList()));
            case Result.Partial _, Result.Replicate _ -> equation.target();
        };
    }

    /** Positions and extents stay those of the whole. */
    private static Scalar body(Equation equation, int cut, long lo) {
        return equation.body().rewrite(node -> switch (node) {
            case Scalar.Position(int axis) -> axis == cut && lo > 0 ? node.plus(Scalar.of(lo)) : node;
            case Scalar.Extent(int axis) -> axis == cut ? Scalar.of(equation.axes().get(axis).extent().known()) : node;
            case Scalar.Const _, Scalar.Read _, Scalar.Unary _, Scalar.Binary _, Scalar.Select _ -> node;
        });
    }
}
