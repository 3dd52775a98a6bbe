package pleat.passes.shard;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import pleat.ir.derive.Derived;
import pleat.ir.derive.ShardingRules;
import pleat.ir.index.Reduction;
import pleat.ir.mesh.Mesh;
import pleat.ir.mesh.ShardPlan.Cut;
import pleat.ir.mesh.Sharding;
import pleat.ir.mesh.Split;
import pleat.ir.mesh.Transfer;
import pleat.ir.tensor.Op;
import pleat.ir.type.TensorType;

/**
 * What an op whose work is cut needs of its operands, and what it leaves.
 *
 * @param operands the form of each
 * @param result how the result lies, but for the partial ones
 * @param partials along which mesh axes every device has a whole tensor that is to be combined with those of the others
 */
public record Needs(ImmutableList<Form> operands, Sharding result, ImmutableList<Partial> partials) {

    public record Partial(String axis, Reduction reduction) {
        /**
         * How it is scattered; empty if every device gets all of it.
         *
         * @param kept how the result is kept
         * @param reached how it lies before
         */
        public Optional<Split> scatter(Sharding kept, Sharding reached) {
            // The devices would not know where the largest came from, and the gradient asks for that.
            return kept.along(axis).filter(split -> reduction instanceof Reduction.Sum && reached.ofDim(split.dim()).isEmpty());
        }

        /** What combines it. */
        public Transfer combining(Optional<Split> scattered) {
            return scattered.<Transfer>map(split -> new Transfer.ReduceScatter(split, reduction)).orElse(new Transfer.AllReduce(axis, reduction));
        }
    }

    /**
     * @param op not a call or a repetition
     * @param cuts along different mesh axes and different axes of the op
     * @return refused, with the reason, where the op cannot be cut so
     */
    public static Derived<Needs> of(Op op, List<Cut> cuts, Mesh mesh) {
        var rules = ShardingRules.of(op);
        var draft = new Draft(op, mesh);
        for (Cut cut : cuts) {
            if (!mesh.has(cut.along()) || !draft.alongTaken.add(cut.along())) {
                return Derived.no("%s has no axis `%s`, or it is used twice", mesh, cut.along());
            }
            if (cut.axis() >= rules.size() || !draft.axesTaken.add(cut.axis())) {
                return Derived.no("axis %s is not one of %s, or it is cut twice", cut.axis(), rules.size());
            }
            long extent = extent(op, cut.axis());
            if (extent % cut.unit() != 0 || extent / cut.unit() < mesh.size(cut.along())) {
                return Derived.no("axis %s of extent %s cannot be cut in units of %s for %s devices", cut.axis(), extent, cut.unit(),
                        mesh.size(cut.along()));
            }
            if (rules.get(cut.axis()).result() instanceof ShardingRules.Result.Replicate(String reason)) {
                return Derived.no("%s", reason);
            }
            draft.add(cut, rules.get(cut.axis()), extent);
        }
        return Derived.yes(draft.needs());
    }

    /** How far an axis goes; of an op without an equation, see {@link ShardingRules#of(Op)}. */
    public static long extent(Op op, int axis) {
        return switch (op) {
            case Op.Compute compute -> compute.equation().axes().get(axis).extent().known();
            case Op.ScatterAdd scatter -> scatter.updates().type().shape()[axis];
            case Op.Gather _, Op.Random _ -> op.results().getFirst().type().shape()[axis];
            case Op.Call _, Op.Repeat _, Op.Collective _ -> throw new IllegalStateException("`" + op + "` has no axes");
        };
    }

    /**
     * How far what some device needs reaches beyond its block.
     *
     * @param blocks how the dim that is read is cut
     * @param work how the axis is
     */
    public static Form.Wide around(Split blocks, ShardingRules.Slice slice, Split work, int devices) {
        long before = 0;
        long after = 0;
        for (int k = 0; k < devices; k++) {
            var block = blocks.part(devices, k);
            var points = work.part(devices, k);
            before = Math.max(before, block.start() - Math.max(0, slice.stride() * points.start() - slice.before()));
            after = Math.max(after, Math.min(blocks.extent(), slice.stride() * points.end() + slice.after()) - block.end());
        }
        return new Form.Wide(blocks.axis(), before, after);
    }

    /** Needs in the making; one cut after the other. */
    private static final class Draft {
        private final Op op;
        private final Mesh mesh;
        private final List<Form> operands = new ArrayList<>();
        private final Set<String> alongTaken = new HashSet<>();
        private final Set<Integer> axesTaken = new HashSet<>();
        private final List<Partial> partials = new ArrayList<>();
        private Sharding result = Sharding.WHOLE;

        Draft(Op op, Mesh mesh) {
            this.op = op;
            this.mesh = mesh;
            op.operands().forEach(_ -> operands.add(Form.kept(Sharding.WHOLE)));
        }

        void add(Cut cut, ShardingRules.Rule rule, long extent) {
            switch (rule.result()) {
                case ShardingRules.Result.Pass(int dim, long stride) -> result = result.with(
                        new Split(cut.along(), dim, op.results().getFirst().type().shape()[dim], stride * cut.unit()));
                case ShardingRules.Result.Partial(Reduction reduction) -> partials.add(new Partial(cut.along(), reduction));
                case ShardingRules.Result.Replicate(String reason) -> throw new IllegalStateException(reason);
            }
            for (int r = 0; r < operands.size(); r++) {
                int read = r;
                var slices = rule.slices().stream().filter(slice -> slice.read() == read).toList();
                operands.set(r, operand(operands.get(r), op.operands().get(r).type(), cut, slices, extent));
            }
        }

        /** A block where one dim runs along with the axis, and else all of it, for this device's part of the work. */
        private Form operand(Form form, TensorType type, Cut cut, List<ShardingRules.Slice> slices, long extent) {
            int devices = mesh.size(cut.along());
            for (ShardingRules.Slice slice : slices) {
                long whole = type.shape()[slice.dim()];
                boolean isAligned = whole == slice.stride() * extent;
                var blocks = new Split(cut.along(), slice.dim(), whole, isAligned ? slice.stride() * cut.unit() : 1);
                if (blocks.isFor(devices) && form.sharding().ofDim(slice.dim()).isEmpty()) {
                    var wide = around(blocks, slice, new Split(cut.along(), cut.axis(), extent, cut.unit()), devices);
                    if (wide.before() + wide.after() < whole) {
                        var block = form.with(form.sharding().with(blocks));
                        return wide.before() + wide.after() > 0 ? block.widened(wide) : block;
                    }
                }
            }
            return form.owned(cut.along()).of(type);
        }

        Needs needs() {
            return new Needs(ImmutableList.copyOf(operands), result, ImmutableList.copyOf(partials));
        }
    }
}
