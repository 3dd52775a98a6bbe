package pleat.passes;

import static pleat.passes.Pass.gives;
import static pleat.passes.Pass.needs;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import pleat.ir.derive.Normalize;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.type.TensorType;
import pleat.ir.verify.Injectivity;

/**
 * Divides a finished sum instead of its terms, where the divisor is the same for all of them.
 * {@code a = e[i, j] / l[i]; o = sum(j) a[i, j] * v[j, c]  ->  u = sum(j) e[i, j] * v[j, c]; o = u[i, c] / l[i]}
 *
 * <p>With it a softmax and the weighted sum behind it need only one pass over {@code j}. A quotient that anybody else reads stays
 * as it is.
 */
public final class DeferDivision {
    public static final Pass PASS = new Pass("defer-division", "Divides finished sums instead of their terms.",
            needs(Invariant.NORMAL_FORM),
            gives(), DeferDivision::run);

    private DeferDivision() {}

    private static TensorModule run(TensorModule module) {
        return Rebuild.eachFunction(module, DeferDivision::run);
    }

    private static Function run(Function function) {
        var uses = Uses.of(function);
        Map<Op.Compute, List<Op.Compute>> rewritten = new LinkedHashMap<>();
        for (Op op : function.body()) {
            if (op instanceof Op.Compute quotient && isQuotient(quotient) && uses.isReadByEquationsOnly(quotient.result())) {
                var readers = uses.equations(quotient.result());
                var deferred = readers.stream().map(reader -> rewritten.containsKey(reader) ? Optional.<List<Op.Compute>>empty()
                        : defer(quotient, reader))
                        .toList();
                if (deferred.stream().allMatch(Optional::isPresent)) {
                    IntStream.range(0, readers.size()).forEach(r -> rewritten.put(readers.get(r), deferred.get(r).get()));
                }
            }
        }
        if (rewritten.isEmpty()) {
            return function;
        }
        var body = new ArrayList<Op>();
        for (Op op : function.body()) {
            body.addAll(op instanceof Op.Compute compute ? rewritten.getOrDefault(compute, List.of(compute)) : List.of(op));
        }
        return Rebuild.function(function, body, value -> value);
    }

    private static boolean isQuotient(Op.Compute op) {
        return op.equation().isMap() && op.equation().write().isBare()
                && op.equation().body() instanceof Scalar.Binary(Scalar.Fn2 fn, Scalar.Read _, Scalar.Read _)
                && fn == Scalar.Fn2.DIV
                && op.equation().reads().stream().noneMatch(Access::guarded);
    }

    /**
     * The sum of undivided terms and the division behind it; empty if the reader is no sum of products or sums over the divisor's
     * axes.
     */
    private static Optional<List<Op.Compute>> defer(Op.Compute quotient, Op.Compute reader) {
        var equation = reader.equation();
        var reads = IntStream.range(0, reader.operands().size()).filter(r -> reader.operands().get(r) == quotient.result())
                .boxed().toList();
        if (!(equation.reduction() instanceof Reduction.Sum) || !Injectivity.isShown(CoverWrites.places(equation)) || reads.size() != 1
                || equation.reads().get(reads.getFirst()).guarded() || !isFactorOnce(equation.body(), reads.getFirst())) {
            return Optional.empty();
        }
        var access = equation.reads().get(reads.getFirst());
        var dividend = through(quotient, 0, access);
        var divisor = through(quotient, 1, access);
        boolean isSummed = equation.reducedAxes().stream().anyMatch(divisor::uses);
        return isSummed ? Optional.empty() : Optional.of(split(quotient, reader, reads.getFirst(), dividend, divisor));
    }

    /** Where the reader finds an operand of the quotient: the quotient's access seen through the reader's. */
    private static Access through(Op.Compute quotient, int operand, Access access) {
        var write = quotient.equation().write();
        return quotient.equation().reads().get(operand).substitute(axis -> {
            for (int d = 0; d < write.rank(); d++) {
                if (write.subscripts().get(d).bareAxis().orElseThrow() == axis) {
                    return access.subscripts().get(d);
                }
            }
            throw new IllegalStateException("a map has an axis that it does not write");
        });
    }

    private static boolean isFactorOnce(Scalar body, int read) {
        return switch (body) {
            case Scalar.Read(int r) -> r == read;
            case Scalar.Binary(Scalar.Fn2 fn, Scalar left, Scalar right) -> switch (fn) {
                case MUL -> isFactorOnce(left, read) != isFactorOnce(right, read)
                        && mentions(left, read) != mentions(right, read);
                case DIV -> isFactorOnce(left, read) && !mentions(right, read);
                case ADD, SUB, MAX, MIN, POW, LT, LE, EQ -> false;
            };
            case Scalar.Unary(Scalar.Fn1 fn, Scalar operand) -> fn == Scalar.Fn1.NEG && isFactorOnce(operand, read);
            case Scalar.Const _, Scalar.Position _, Scalar.Extent _, Scalar.Select _ -> false;
        };
    }

    private static boolean mentions(Scalar scalar, int read) {
        var found = new boolean[1];
        scalar.visit(node -> found[0] |= node instanceof Scalar.Read(int r) && r == read);
        return found[0];
    }

    private static List<Op.Compute> split(Op.Compute quotient, Op.Compute reader, int read, Access dividend, Access divisor) {
        var equation = reader.equation();
        var reads = new ArrayList<>(equation.reads());
        var operands = new ArrayList<>(reader.operands());
        reads.set(read, dividend);
        operands.set(read, quotient.operands().get(0));
        // Side by side, whatever the reader does with its places, so that the division can join the sum's tile program.
        var written = IntStream.range(0, equation.axes().size()).filter(axis -> !equation.isReduced(axis)).boxed()
                .sorted(Comparator.comparing(axis -> placeOf(axis, equation.write()))).toList();
        var axes = written.stream().map(equation.axes()::get).toList();
        var dims = axes.stream().map(Axis::extent).collect(ImmutableList.toImmutableList());
        var undivided = new Value(reader.result().name() + ".undivided", new TensorType(reader.result().type().dtype(), dims));
        var sum = new Op.Compute(undivided, new Equation(equation.axes(), ImmutableList.copyOf(reads),
                new Equation.Target(Access.bare(written.stream().mapToInt(axis -> axis).toArray()), dims), equation.reduction(),
                equation.body()), ImmutableList.copyOf(operands), reader.location());
        var target = new Equation.Target(equation.write().substitute(axis -> Index.axis(written.indexOf(axis))), equation.dims());
        var division = new Equation(ImmutableList.copyOf(axes), ImmutableList.of(Access.bare(IntStream.range(0, axes.size()).toArray()),
                divisor.substitute(axis -> Index.axis(written.indexOf(axis)))), target, Reduction.NONE, Scalar.read(0).over(Scalar.read(1)));
        return List.of(Normalize.of(sum), Normalize.of(new Op.Compute(reader.result(), division,
                ImmutableList.of(undivided, quotient.operands().get(1)), reader.location())));
    }

    /** The first dim that an axis has a part in. */
    private static int placeOf(int axis, Access write) {
        return IntStream.range(0, write.rank()).filter(d -> write.subscripts().get(d).uses(axis)).findFirst().orElseThrow();
    }
}
