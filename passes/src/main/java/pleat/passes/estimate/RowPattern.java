package pleat.passes.estimate;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import pleat.ir.derive.Products;
import pleat.ir.index.Scalar;
import pleat.ir.index.Scalar.Fn1;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.passes.Uses;

/**
 * Equations that frameworks have one op for: statistics of the rows of a tensor, and what is made of the tensor and its statistics. Softmax and
 * layer norm are of this form, and so is a sum that nothing joins.
 *
 * @param input the tensor that has the rows
 * @param weights that the rows are scaled and shifted by
 */
record RowPattern(Value input, ImmutableList<Op.Compute> ops, ImmutableList<Value> weights) {

    Value result() {
        return ops.getLast().result();
    }

    boolean isSum() {
        return ops.size() == 1;
    }

    boolean isSoftmax() {
        return ops.stream().anyMatch(op -> hasExponential(op.equation().body()));
    }

    /** Whether the result has the rows in another order than the input. */
    boolean turnsRows() {
        return ops.stream().anyMatch(op -> {
            var equation = op.equation();
            var write = ProductForm.order(equation, equation.write());
            return equation.isMap() && equation.reads().stream().anyMatch(read -> {
                var order = ProductForm.order(equation, read);
                return order.size() == write.size() && !order.equals(write);
            });
        });
    }

    private static boolean hasExponential(Scalar body) {
        boolean[] found = {false};
        body.visit(node -> found[0] |= node instanceof Scalar.Unary(Fn1 fn, _) && fn == Fn1.EXP);
        return found[0];
    }

    /** Whether the op takes statistics of one tensor, all of whose elements it reads. */
    static boolean startsAt(Op.Compute op) {
        var equation = op.equation();
        return !equation.isMap() && Products.flops(equation) == 0 && op.operands().stream().distinct().count() == 1
                && op.operands().getFirst().type().elements() == equation.axes().stream().mapToLong(axis -> axis.extent().known()).reduce(1, Math::multiplyExact);
    }

    /**
     * The longest pattern that begins with an op and of which nothing but the last result is used elsewhere.
     *
     * @param body what follows the first op
     */
    static RowPattern at(Op.Compute first, List<Op> body, Uses uses, Predicate<Value> isWeight) {
        var input = first.operands().getFirst();
        var ops = new ArrayList<>(List.of(first));
        Set<Value> inside = new LinkedHashSet<>(List.of(first.result()));
        Set<Value> weights = new LinkedHashSet<>();
        for (Op op : body) {
            if (op instanceof Op.Compute compute && joins(compute, input, inside, isWeight)) {
                ops.add(compute);
                inside.add(compute.result());
                compute.operands().stream().filter(isWeight).forEach(weights::add);
            }
        }
        int length = IntStream.iterate(ops.size(), n -> n > 1, n -> n - 1).filter(n -> isClosed(ops.subList(0, n), uses)).findFirst().orElse(1);
        var taken = ImmutableList.copyOf(ops.subList(0, length));
        return new RowPattern(input, taken, weights.stream().filter(w -> taken.stream().anyMatch(op -> op.operands().contains(w)))
                .collect(ImmutableList.toImmutableList()));
    }

    private static boolean joins(Op.Compute op, Value input, Set<Value> inside, Predicate<Value> isWeight) {
        boolean isRow = !op.equation().isMap() || op.operands().stream().anyMatch(value -> inside.contains(value) && value.type().elements() < input.type().elements()
                || isWeight.test(value) && value.type().rank() == 1);
        return isRow && op.operands().stream().anyMatch(inside::contains)
                && op.operands().stream().allMatch(value -> value == input || inside.contains(value) || isWeight.test(value) && value.type().rank() == 1);
    }

    private static boolean isClosed(List<Op.Compute> ops, Uses uses) {
        var last = ops.getLast();
        return last.equation().isMap() && ops.stream().filter(op -> op != last)
                .allMatch(op -> uses.isReadByEquationsOnly(op.result()) && ops.containsAll(uses.equations(op.result())));
    }
}
