package pleat.ir.index;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.IntFunction;

/**
 * An affine subscript {@code sum(coefficient * axis) + offset}. Terms are sorted by axis, coefficients are not zero.
 *
 * @param offset added constant, in elements
 */
public record Index(ImmutableList<Term> terms, long offset) {

    /** {@code coefficient * axis}; {@code axis} is a position in the equation's axes. */
    public record Term(int axis, long coefficient) {}

    public Index {
        for (int t = 0; t < terms.size(); t++) {
            checkArgument(terms.get(t).coefficient() != 0, "term %s of a subscript has coefficient 0", t);
            checkArgument(t == 0 || terms.get(t - 1).axis() < terms.get(t).axis(), "terms of a subscript are not sorted by axis");
        }
    }

    public static Index axis(int axis) {
        return new Index(ImmutableList.of(new Term(axis, 1)), 0);
    }

    public static Index constant(long offset) {
        return new Index(ImmutableList.of(), offset);
    }

    /** Sums terms of the same axis, drops those that cancel, sorts the rest. */
    public static Index of(List<Term> terms, long offset) {
        var byAxis = new TreeMap<Integer, Long>();
        terms.forEach(term -> byAxis.merge(term.axis(), term.coefficient(), Long::sum));
        var sorted = ImmutableList.<Term>builder();
        byAxis.forEach((axis, coefficient) -> {
            if (coefficient != 0) {
                sorted.add(new Term(axis, coefficient));
            }
        });
        return new Index(sorted.build(), offset);
    }

    public Index plus(Index other) {
        var all = new ArrayList<>(terms);
        all.addAll(other.terms);
        return of(all, offset + other.offset);
    }

    public Index times(long factor) {
        return of(terms.stream().map(t -> new Term(t.axis(), t.coefficient() * factor)).toList(), offset * factor);
    }

    /** Replaces every axis by a subscript over other axes. */
    public Index substitute(IntFunction<Index> subscriptOfAxis) {
        var result = constant(offset);
        for (Term term : terms) {
            result = result.plus(subscriptOfAxis.apply(term.axis()).times(term.coefficient()));
        }
        return result;
    }

    /** The axis of a bare subscript such as {@code i}; empty for {@code 2*i}, {@code i + j}, {@code 3}. */
    public OptionalInt bareAxis() {
        return terms.size() == 1 && offset == 0 && terms.getFirst().coefficient() == 1 ? OptionalInt.of(terms.getFirst().axis())
                : OptionalInt.empty();
    }

    public boolean uses(int axis) {
        return coefficient(axis) != 0;
    }

    public long coefficient(int axis) {
        for (Term term : terms) {
            if (term.axis() == axis) {
                return term.coefficient();
            }
        }
        return 0;
    }

    /** Value at a point of the box. */
    public long at(long[] point) {
        long value = offset;
        for (Term term : terms) {
            value += term.coefficient() * point[term.axis()];
        }
        return value;
    }
}
