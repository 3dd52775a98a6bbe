package pleat.passes;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import pleat.ir.derive.Simplify;
import pleat.ir.derive.Substitute;
import pleat.ir.derive.Subscripts;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/**
 * One equation whose write leaves places out, turned into one that visits every place. A dim that is written at {@code c*i + o} is visited
 * in blocks of c, of which one place each holds an element: {@code i = u - o/c} for place {@code c*u + v}. Where the dim is no whole
 * number of blocks, the blocks are cut to it afterwards. A constant subscript is compared; one with several axes costs a loop over them.
 */
final class Spread {
    private final Op.Compute op;
    private final Equation equation;
    private final double empty;
    private final List<Axis> axes;
    private final Index[] values;
    private final List<Index> write = new ArrayList<>();
    private final List<Dim> dims = new ArrayList<>();
    private Scalar condition = Scalar.of(1);

    private Spread(Op.Compute op, double empty) {
        this.op = op;
        this.equation = op.equation();
        this.empty = empty;
        this.axes = new ArrayList<>(equation.axes());
        this.values = IntStream.range(0, axes.size()).mapToObj(Index::axis).toArray(Index[]::new);
    }

    /** @param empty what places hold that no point writes */
    static List<Op.Compute> of(Op.Compute op, double empty) {
        return new Spread(op, empty).run();
    }

    private List<Op.Compute> run() {
        for (int d = 0; d < equation.dims().size(); d++) {
            visit(d);
        }
        var blocks = op.equation().dims().equals(dims) ? op.result()
                : new Value(op.result().name() + "_blocks", new TensorType(op.result().type().dtype(), ImmutableList.copyOf(dims)));
        var spread = Simplify.of(new Op.Compute(blocks, spread(), op.operands(), op.location()));
        return blocks == op.result() ? List.of(spread) : List.of(spread, cut(blocks));
    }

    private void visit(int d) {
        var subscript = equation.write().subscripts().get(d);
        var dim = equation.dims().get(d);
        boolean isAlone = subscript.terms().size() == 1 && isWrittenOnce(subscript.terms().getFirst().axis());
        if (isAlone && subscript.bareAxis().isPresent() && axes.get(subscript.bareAxis().getAsInt()).extent().equals(dim)) {
            write.add(subscript);
            dims.add(dim);
        } else if (isAlone) {
            inBlocks(subscript, dim);
        } else if (isFirstWhole(d)) {
            write.add(subscript);
            dims.add(dim);
        } else {
            var here = Index.axis(axes.size());
            axes.add(new Axis("d" + d, dim));
            require(new Scalar.Binary(Scalar.Fn2.EQ, Subscripts.position(here), Subscripts.position(subscript)));
            write.add(here);
            dims.add(dim);
        }
    }

    private boolean isWrittenOnce(int axis) {
        return equation.write().subscripts().stream().filter(subscript -> subscript.uses(axis)).count() == 1;
    }

    /** Whether the dim is the first one that an axis, written in several dims, covers. */
    private boolean isFirstWhole(int d) {
        var axis = equation.write().subscripts().get(d).bareAxis();
        return axis.isPresent() && equation.axes().get(axis.getAsInt()).extent().equals(equation.dims().get(d))
                && IntStream.range(0, d).noneMatch(before -> equation.write().subscripts().get(before).equals(Index.axis(axis.getAsInt())));
    }

    private void inBlocks(Index subscript, Dim dim) {
        var term = subscript.terms().getFirst();
        var axis = equation.axes().get(term.axis());
        long step = Math.abs(term.coefficient());
        long blocks = Math.ceilDiv(dim.known(), step);
        var block = Index.axis(term.axis());
        values[term.axis()] = block.plus(Index.constant(-Math.floorDiv(subscript.offset(), step))).times(Long.signum(term.coefficient()));
        axes.set(term.axis(), new Axis(axis.name(), Dim.of(blocks)));
        if (step > 1) {
            var within = Index.axis(axes.size());
            axes.add(new Axis(axis.name(), Dim.of(step)));
            require(new Scalar.Binary(Scalar.Fn2.EQ, Subscripts.position(within), Scalar.of(Math.floorMod(subscript.offset(), step))));
            write.add(block.times(step).plus(within));
        } else {
            write.add(block);
        }
        dims.add(Dim.of(blocks * step));
        if (!isZeroOutside(term.axis())) {
            require(Subscripts.insideCondition(values[term.axis()], axes, axis.extent()).orThrow());
        }
    }

    private void require(Scalar next) {
        condition = condition.equals(Scalar.of(1)) ? next : next.equals(Scalar.of(1)) ? condition : condition.times(next);
    }

    /** Whether the guard of the one element that is moved does what the axis' bounds do. */
    private boolean isZeroOutside(int axis) {
        if (empty != 0 || !(equation.body() instanceof Scalar.Read(int read))) {
            return false;
        }
        var access = equation.reads().get(read);
        var tensor = op.operands().get(read).type().dims();
        return IntStream.range(0, access.rank()).anyMatch(d -> access.subscripts().get(d).equals(Index.axis(axis))
                && tensor.get(d).equals(equation.axes().get(axis).extent()));
    }

    private Equation spread() {
        var reads = ImmutableList.<Access>builder();
        equation.reads().forEach(read -> {
            var moved = read.substitute(axis -> values[axis]);
            boolean isMoved = IntStream.range(0, values.length).filter(read::uses)
                    .anyMatch(axis -> !values[axis].equals(Index.axis(axis)) || !axes.get(axis).equals(equation.axes().get(axis)));
            reads.add(new Access(moved.subscripts(), read.guarded() || isMoved));
        });
        var body = Substitute.body(equation.body(), equation.axes(), axes, axis -> values[axis]).orThrow();
        var target = new Equation.Target(Access.of(write), ImmutableList.copyOf(dims));
        boolean reduces = IntStream.range(0, axes.size()).anyMatch(axis -> !target.write().uses(axis));
        return new Equation(ImmutableList.copyOf(axes), reads.build(), target, reduces && equation.isMap() ? Reduction.SUM : equation.reduction(),
                new Scalar.Select(condition, body, Scalar.of(empty)));
    }

    private Op.Compute cut(Value blocks) {
        var whole = IntStream.range(0, dims.size()).mapToObj(d -> new Axis("j", equation.dims().get(d))).toList();
        var move = Equation.of(whole, dims.size(), List.of(Access.bare(IntStream.range(0, dims.size()).toArray())), Reduction.NONE,
                Scalar.read(0));
        return Simplify.of(new Op.Compute(op.result(), move, ImmutableList.of(blocks), op.location()));
    }
}
