package pleat.ir.derive;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.index.Scalar.Binary;
import pleat.ir.index.Scalar.Fn1;
import pleat.ir.index.Scalar.Fn2;
import pleat.ir.index.Scalar.Unary;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;

/** Takes factors out of sums: {@code sum(j) x[i, j] * y[i, j] / s[i]} is {@code (sum(j) x[i, j] * y[i, j]) / s[i]}. */
public final class Factoring {
    private Factoring() {}

    /**
     * @param sum what is left of the reduction; {@code scaled} multiplies its result by what was taken out, and has the old
     *        result
     */
    public record Hoisted(Op.Compute sum, Op.Compute scaled) {}

    /** One factor of a product, which may stand below the line. */
    private record Factor(Scalar scalar, boolean divides) {}

    /**
     * The op in two, if its body is a product in which some factors, not only constants, are the same at all points that are
     * summed. The sum is then cheaper, and is a contraction where what is left is a product of reads.
     */
    public static Optional<Hoisted> hoist(Op.Compute compute) {
        var equation = compute.equation();
        if (!equation.reduction().equals(Reduction.SUM) || !Subscripts.isInjective(equation.write(), equation.axes())) {
            return Optional.empty();
        }
        var factors = new ArrayList<Factor>();
        boolean negative = collect(equation.body(), false, factors);
        var inside = new ArrayList<Factor>();
        var outside = new ArrayList<Factor>();
        factors.forEach(f -> (variesWhereSummed(f.scalar(), equation) ? inside : outside).add(f));
        if (inside.isEmpty() || outside.stream().allMatch(f -> f.scalar() instanceof Scalar.Const)) {
            return Optional.empty();
        }
        var partial = new Value(compute.result().name() + "_sum", compute.result().type());
        var sum = new Equation(equation.axes(), equation.reads(), equation.target(), Reduction.SUM,
                product(Scalar.of(1), inside));
        var scaled = product(Scalar.read(equation.reads().size()), outside);
        return Optional.of(new Hoisted(Simplify.of(new Op.Compute(partial, sum, compute.operands(), compute.location())),
                scaled(compute, partial, negative ? scaled.apply(Fn1.NEG) : scaled)));
    }

    /** The map over the written axes that applies what was taken out. */
    private static Op.Compute scaled(Op.Compute compute, Value partial, Scalar body) {
        var equation = compute.equation();
        var written = IntStream.range(0, equation.axes().size()).filter(a -> !equation.isReduced(a)).boxed().toList();
        var axes = written.stream().map(equation.axes()::get).collect(ImmutableList.<Axis>toImmutableList());
        var reads = new ArrayList<>(equation.reads());
        // Reads that stay in the sum use its axes; their place is kept only to keep the numbers, and normal form drops them.
        reads.replaceAll(access -> IntStream.range(0, equation.axes().size())
                .anyMatch(a -> equation.isReduced(a) && access.uses(a))
                ? equation.write() : access);
        reads.add(equation.write());
        var operands = ImmutableList.<Value>builder().addAll(compute.operands()).add(partial).build();
        var whole = new Equation(equation.axes(), ImmutableList.copyOf(reads), equation.target(), Reduction.NONE, body);
        var normal = Normalize.of(whole, operands);
        // Normal form puts the written axes first; the summed ones behind them are unused now.
        var map = Substitute.axes(normal.equation(), normal.equation().axes().subList(0, axes.size()),
                a -> a < axes.size() ? Index.axis(a) : Index.constant(0)).orThrow();
        return Simplify.of(new Op.Compute(compute.result(), map, normal.operands(), compute.location()));
    }

    /** Flattens products, quotients and signs; returns whether the product is negated. */
    private static boolean collect(Scalar scalar, boolean divides, List<Factor> factors) {
        return switch (scalar) {
            case Binary(Fn2 fn, Scalar left, Scalar right) when fn == Fn2.MUL ->
                collect(left, divides, factors) ^ collect(right, divides, factors);
            case Binary(Fn2 fn, Scalar left, Scalar right) when fn == Fn2.DIV ->
                collect(left, divides, factors) ^ collect(right, !divides, factors);
            case Unary(Fn1 fn, Scalar operand) when fn == Fn1.NEG -> !collect(operand, divides, factors);
            case Scalar.Const _, Scalar.Read _, Scalar.Position _, Scalar.Extent _, Unary _, Binary _, Scalar.Select _ -> {
                factors.add(new Factor(scalar, divides));
                yield false;
            }
        };
    }

    private static Scalar product(Scalar start, List<Factor> factors) {
        var result = start;
        for (Factor factor : factors) {
            result = factor.divides() ? result.over(factor.scalar()) : result.times(factor.scalar());
        }
        return result;
    }

    private static boolean variesWhereSummed(Scalar scalar, Equation equation) {
        boolean[] varies = {false};
        scalar.visit(node -> varies[0] |= switch (node) {
            case Scalar.Read(int read) -> IntStream.range(0, equation.axes().size())
                    .anyMatch(a -> equation.isReduced(a) && equation.reads().get(read).uses(a));
            case Scalar.Position(int axis) -> equation.isReduced(axis);
            case Scalar.Const _, Scalar.Extent _, Unary _, Binary _, Scalar.Select _ -> false;
        });
        return varies[0];
    }
}
