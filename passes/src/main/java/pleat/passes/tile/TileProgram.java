package pleat.passes.tile;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import pleat.ir.index.Access;
import pleat.ir.index.Index;
import pleat.ir.index.Scalar;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.Layout;
import pleat.ir.tensor.Op.Compute;
import pleat.ir.tensor.Value;

/** A group with its tile shape: all that is needed to choose layouts for what it touches and then to write its kernel. */
public final class TileProgram {
    private final Group group;
    private final TileShape shape;
    private final Supplier<ImmutableSet<TileShape>> shapes;

    private TileProgram(Group group, TileShape shape, Supplier<ImmutableSet<TileShape>> shapes) {
        this.group = group;
        this.shape = shape;
        this.shapes = shapes;
    }

    /** @param escaping values that are read outside the group */
    public static TileProgram of(List<Compute> ops, Set<Value> escaping, TileTarget target, Predicate<Value> isWeight) {
        var group = Group.of(ops, escaping).orElseThrow(() -> new IllegalStateException("equations of a group are not aligned"));
        var chosen = KernelShape.choose(group, target, isWeight);
        return new TileProgram(group, chosen.shape(), () -> chosen.near(group, target, isWeight));
    }

    /** The program cut as is said. */
    public TileProgram cut(String name, TileChoice choice, Function<Value, Layout> layout) {
        var ways = shapes.get().asList();
        if (ways.size() == 1) {
            return this;
        }
        var kernels = ways.stream().map(way -> KernelBuilder.build(name, group, way, layout).kernel()).collect(ImmutableList.toImmutableList());
        return new TileProgram(group, ways.get(choice.of(kernels)), shapes);
    }

    public ImmutableList<Compute> ops() {
        return group.ops();
    }

    public ImmutableSet<Value> escaping() {
        return group.escaping();
    }

    /** The equations whose results are read outside. */
    public Stream<Compute> escapingOps() {
        return group.ops().stream().filter(op -> group.escaping().contains(op.result()));
    }

    /** A kernel and the values that its parameters stand for, in order. */
    public record Written(Kernel kernel, ImmutableList<Value> arguments) {}

    public Written write(String name, Function<Value, Layout> layout) {
        var built = KernelBuilder.build(name, group, shape, layout);
        return new Written(built.kernel(), built.arguments());
    }

    /**
     * For each value in memory that the program touches: the dims that it steps through one by one because they are batch axes of a matrix
     * product. They belong outermost, so that each product finds its operands together.
     */
    public Map<Value, Set<Integer>> batchDims() {
        var batch = group.batchClasses();
        var result = new LinkedHashMap<Value, Set<Integer>>();
        for (int o = 0; o < group.ops().size(); o++) {
            var op = group.ops().get(o);
            for (int r = 0; r < op.operands().size(); r++) {
                collect(result, batch, op.operands().get(r), o, op.equation().reads().get(r));
            }
            collect(result, batch, op.result(), o, op.equation().write());
        }
        return result;
    }

    private void collect(Map<Value, Set<Integer>> result, Set<Integer> batch, Value value, int op, Access access) {
        for (int d = 0; d < access.rank(); d++) {
            var axis = walked(access.subscripts().get(d));
            if (axis.isPresent() && batch.contains(group.classes().of(op, axis.getAsInt()))) {
                result.computeIfAbsent(value, _ -> new LinkedHashSet<>()).add(d);
            }
        }
    }

    /**
     * The dims of a matrix operand that a product sums over. Where its last dim is another one, as in {@code a[s, i, c]} under a sum over s, they
     * belong directly outside the last dim, so that the matrix unit walks them in small steps.
     */
    public Set<Integer> contractedDims(Value matrix) {
        for (Compute op : group.ops()) {
            var contraction = Contraction.of(op.equation());
            int read = op.operands().indexOf(matrix);
            if (contraction.isPresent() && read >= 0 && isPlain(op.equation().reads().get(read))) {
                var access = op.equation().reads().get(read);
                var contracted = new LinkedHashSet<Integer>();
                for (int d = 0; d < access.rank(); d++) {
                    if (contraction.get().axes().contracted().contains(walked(access.subscripts().get(d)).orElseThrow())) {
                        contracted.add(d);
                    }
                }
                return contracted;
            }
        }
        return Set.of();
    }

    private static boolean isPlain(Access access) {
        return access.subscripts().stream().allMatch(index -> walked(index).isPresent()) && !access.guarded();
    }

    /** The axis along which a dim is walked position by position, from wherever: one device of several starts at 0, and the others do not. */
    private static OptionalInt walked(Index index) {
        return index.terms().size() == 1 && index.terms().getFirst().coefficient() == 1 ? OptionalInt.of(index.terms().getFirst().axis()) : OptionalInt.empty();
    }

    /** The dim of a matrix operand that the product does not sum over; empty if the program does not use the value in that way. */
    public OptionalInt columnDim(Value matrix) {
        for (Compute op : group.ops()) {
            var contraction = Contraction.of(op.equation());
            if (contraction.isEmpty()) {
                continue;
            }
            for (var side : List.of(contraction.get().left(), contraction.get().right())) {
                if (side.size() == 1 && side.getFirst() instanceof Scalar.Read(int read) && op.operands().get(read) == matrix) {
                    return columnDim(op.equation().reads().get(read), contraction.get().axes().contracted());
                }
            }
        }
        return OptionalInt.empty();
    }

    private static OptionalInt columnDim(Access access, Set<Integer> contracted) {
        if (access.rank() != 2) {
            return OptionalInt.empty();
        }
        boolean firstSums = access.subscripts().get(0).terms().stream().anyMatch(t -> contracted.contains(t.axis()));
        boolean secondSums = access.subscripts().get(1).terms().stream().anyMatch(t -> contracted.contains(t.axis()));
        return firstSums == secondSums ? OptionalInt.empty() : OptionalInt.of(firstSums ? 1 : 0);
    }
}
