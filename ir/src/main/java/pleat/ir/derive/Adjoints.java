package pleat.ir.derive;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Equation.Target;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.index.Scalar.Fn1;
import pleat.ir.index.Scalar.Fn2;
import pleat.ir.tensor.Location;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/**
 * The gradient of one read of an equation, as an equation: the same points; the write goes where the read was; the body is the
 * result's adjoint times the body's derivative; axes that are then not written are summed. {@code max} and {@code min} give the
 * adjoint to every element that attains the result.
 */
public final class Adjoints {
    private Adjoints() {}

    /** Whether the result changes with the read's element at all, so that {@link #of} has an answer. */
    public static boolean flows(Op.Compute compute, int read) {
        return compute.result().type().dtype().isFloating() && compute.operands().get(read).type().dtype().isFloating()
                && Derivatives.of(compute.equation().body(), read, Scalar.of(1), compute.equation().axes()).isPresent();
    }

    /**
     * One contribution to the adjoint of an operand.
     *
     * @param step the equation that computes it
     * @param cut moves the result to a new value of the operand's type; empty if the result is one
     */
    public record Contribution(Op.Compute step, Optional<Op.Compute> cut) {
        /** The value of the operand's type. */
        public Value result() {
            return cut.orElse(step).result();
        }
    }

    /**
     * @param read the read whose operand's adjoint is wanted; an operand with several reads has the sum of their adjoints
     * @param adjoint the result's adjoint, of the result's type
     */
    public static Derived<Contribution> of(Op.Compute compute, int read, Value adjoint) {
        var simple = Simplify.scalar(compute.equation().body(), compute.equation().axes());
        var draft = new Draft(compute, adjoint);
        var derivative = Derivatives.of(simple, read, draft.seed(simple), compute.equation().axes());
        if (derivative.isEmpty()) {
            return Derived.no("the result does not change with read %s", read);
        }
        var body = draft.reusingResult(derivative.get(), simple);
        var operand = compute.operands().get(read);
        var inversion = Inversion.of(compute.equation(), compute.equation().reads().get(read), operand.type().dims());
        var gradient = new Value("d_" + operand.name(), operand.type());
        if (inversion.isWhole(operand.type().dims())) {
            return draft.moved(inversion, body, gradient).map(step -> new Contribution(step, Optional.empty()));
        }
        var grid = new Value(gradient.name() + "_grid", TensorType.of(operand.type().dtype(), inversion.dims()));
        return draft.moved(inversion, body, grid)
                .map(step -> new Contribution(step, Optional.of(cut(grid, inversion.grid(), gradient, compute.location()))));
    }

    /** The places of a grid that lie in the tensor, moved there. */
    private static Op.Compute cut(Value grid, List<Windows.Grid> places, Value gradient, Location location) {
        var axes = new ArrayList<Axis>();
        var write = new ArrayList<Index>();
        var read = new ArrayList<Index>();
        for (int d = 0; d < places.size(); d++) {
            var place = places.get(d);
            if (place.stride() == 1) {
                axes.add(new Axis("j", gradient.type().dims().get(d)));
                write.add(Index.axis(d));
                read.add(Index.axis(d).plus(Index.constant(-place.base())));
            } else {
                axes.add(new Axis("j", Dim.of(place.count())));
                write.add(Index.axis(d).times(place.stride()).plus(Index.constant(place.base() + place.stride() * place.first())));
                read.add(Index.axis(d).plus(Index.constant(place.first())));
            }
        }
        var target = new Target(Access.of(write), gradient.type().dims());
        var move = new Equation(ImmutableList.copyOf(axes), ImmutableList.of(new Access(ImmutableList.copyOf(read), true)), target,
                Reduction.NONE, Scalar.read(0));
        return Simplify.of(new Op.Compute(gradient, move, ImmutableList.of(grid), location));
    }

    /** The gradient over the old axes, with the reads it adds: the adjoint, and the result where the body needs it. */
    private static final class Draft {
        private final Op.Compute compute;
        private final Equation equation;
        private final List<Access> reads;
        private final List<Value> operands;

        Draft(Op.Compute compute, Value adjoint) {
            this.compute = compute;
            this.equation = compute.equation();
            this.reads = new ArrayList<>(equation.reads());
            this.operands = new ArrayList<>(compute.operands());
            add(adjoint);
            add(compute.result());
        }

        private void add(Value value) {
            reads.add(equation.write());
            operands.add(value);
        }

        private int adjointRead() {
            return equation.reads().size();
        }

        private Scalar result() {
            return Scalar.read(adjointRead() + 1);
        }

        Scalar seed(Scalar body) {
            var adjoint = Scalar.read(adjointRead());
            return switch (equation.reduction()) {
                case Reduction.None _, Reduction.Sum _ -> adjoint;
                case Reduction.Max _, Reduction.Min _ -> adjoint.times(new Scalar.Binary(Fn2.EQ, body, result()));
            };
        }

        /**
         * {@code d exp(x) = d * exp(x)}: where the derivative of a map contains the map's own costly body, it reads the result
         * instead.
         */
        Scalar reusingResult(Scalar derivative, Scalar body) {
            boolean costly = switch (body) {
                case Scalar.Unary(Fn1 fn, _) -> fn != Fn1.NEG && fn != Fn1.STOP;
                case Scalar.Binary(Fn2 fn, _, _) -> fn == Fn2.DIV || fn == Fn2.POW;
                case Scalar.Const _, Scalar.Read _, Scalar.Position _, Scalar.Extent _, Scalar.Select _ -> false;
            };
            return equation.isMap() && costly ? derivative.rewrite(node -> node.equals(body) ? result() : node) : derivative;
        }

        Derived<Op.Compute> moved(Inversion inversion, Scalar body, Value gradient) {
            var moved = ImmutableList.<Access>builder();
            for (int r = 0; r < reads.size(); r++) {
                moved.add(guardedIfLoose(reads.get(r).substitute(inversion.old()::get), inversion.axes(), operands.get(r)));
            }
            return Substitute.body(body, equation.axes(), inversion.axes(), inversion.old()::get)
                    .then(over -> bounded(inversion, over))
                    .map(bounded -> {
                        var write = inversion.write();
                        var target = new Target(write, gradient.type().dims());
                        boolean once = Subscripts.isInjective(write, inversion.axes())
                                && IntStream.range(0, inversion.axes().size()).allMatch(write::uses);
                        var whole = new Equation(inversion.axes(), moved.build(), target, once ? Reduction.NONE : Reduction.SUM,
                                bounded);
                        return Simplify.of(new Op.Compute(gradient, whole, ImmutableList.copyOf(operands), compute.location()));
                    });
        }

        private Access guardedIfLoose(Access access, List<Axis> axes, Value operand) {
            boolean inside = IntStream.range(0, access.rank())
                    .allMatch(d -> Subscripts.isInside(access.subscripts().get(d), axes, operand.type().dims().get(d)));
            return new Access(access.subscripts(), access.guarded() || !inside);
        }

        /**
         * Makes points vanish that the old box did not have. The guard of a factor does that for an axis that is a dim of the
         * factor, provided that the factors beside it stay finite where their reads are 0; elsewhere the bounds are compared.
         */
        private Derived<Scalar> bounded(Inversion inversion, Scalar body) {
            Derived<Scalar> condition = Derived.yes(Scalar.of(1));
            boolean finite = Finiteness.isFiniteAtZero(body);
            for (int a = 0; a < equation.axes().size(); a++) {
                var axis = equation.axes().get(a);
                if (inversion.isLoose(a, axis) && !(finite && vanishesOutside(a, body))) {
                    var inside = Subscripts.insideCondition(inversion.old().get(a), inversion.axes(), axis.extent());
                    condition = condition.then(left -> inside.map(left::times));
                }
            }
            for (var match : inversion.matches()) {
                var here = Subscripts.position(match.written());
                var there = Subscripts.position(match.read());
                condition = condition.map(left -> left.times(new Scalar.Binary(Fn2.EQ, here, there)));
            }
            return condition.map(c -> c.equals(Scalar.of(1)) ? body : new Scalar.Select(c, body, Scalar.of(0)));
        }

        private boolean vanishesOutside(int axis, Scalar body) {
            return Annihilators.of(body).stream().anyMatch(read -> isDim(axis, read));
        }

        /** Whether the axis runs along a whole dim of what is read, so that the element is 0 where the axis leaves its bounds. */
        private boolean isDim(int axis, int read) {
            var dims = operands.get(read).type().dims();
            return IntStream.range(0, dims.size()).anyMatch(d -> reads.get(read).subscripts().get(d).equals(Index.axis(axis))
                    && dims.get(d).equals(equation.axes().get(axis).extent()));
        }
    }
}
