package pleat.passes.estimate;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import pleat.ir.index.Access;
import pleat.ir.index.Equation;
import pleat.ir.index.Index.Term;

/**
 * A sum of products as the batched matrix product that a framework makes of it: axes of both operands and of the result are the batch, those of one
 * operand and of the result are rows or columns, those of both operands alone are summed. Operands and results that lie otherwise are copied.
 *
 * @param copies whether the operands have to be copied
 * @param copiesResult whether the result has
 */
record ProductForm(ImmutableList<Boolean> copies, boolean copiesResult) {

    /** @param fixed operands that lie as a product wants them: weights without batch axes */
    static ProductForm of(Equation equation, Access left, Access right, List<Boolean> fixed) {
        var write = order(equation, equation.write());
        var lefts = order(equation, left);
        var rights = order(equation, right);
        var batch = lefts.stream().filter(axis -> rights.contains(axis) && write.contains(axis)).toList();
        var rows = lefts.stream().filter(axis -> write.contains(axis) && !batch.contains(axis)).toList();
        var columns = rights.stream().filter(axis -> write.contains(axis) && !batch.contains(axis)).toList();
        var outBatch = write.stream().filter(batch::contains).toList();
        var outRows = write.stream().filter(rows::contains).toList();
        var outColumns = write.stream().filter(columns::contains).toList();
        var summed = lefts.stream().filter(axis -> !write.contains(axis)).toList();
        var natural = Stream.of(outBatch, outRows, outColumns).flatMap(List::stream).toList();
        var swapped = Stream.of(outBatch, outColumns, outRows).flatMap(List::stream).toList();
        return new ProductForm(ImmutableList.of(!fixed.getFirst() && !lies(lefts, outBatch, outRows, summed),
                !fixed.getLast() && !lies(rights, outBatch, outColumns, summed)), !write.equals(natural) && !write.equals(swapped));
    }

    private static boolean lies(List<Integer> dims, List<Integer> batch, List<Integer> outer, List<Integer> summed) {
        return dims.equals(Stream.of(batch, outer, summed).flatMap(List::stream).toList())
                || dims.equals(Stream.of(batch, summed, outer).flatMap(List::stream).toList());
    }

    /** The axes of an access from the outermost, without those of one position. */
    static List<Integer> order(Equation equation, Access access) {
        var order = new ArrayList<Integer>();
        access.subscripts().forEach(subscript -> subscript.terms().stream().sorted(Comparator.comparingLong(Term::coefficient).reversed())
                .map(Term::axis).filter(axis -> equation.axes().get(axis).extent().known() > 1 && !order.contains(axis)).forEach(order::add));
        return order;
    }
}
