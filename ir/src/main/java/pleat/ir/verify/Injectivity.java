package pleat.ir.verify;

import com.google.common.math.LongMath;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.type.Dim;

/**
 * Whether the place that is written tells the point that wrote it. A subscript tells its axes if they are the digits of a
 * mixed-radix number: sorted by coefficient, each one is larger than all that the smaller ones can add up to. What this test
 * cannot show is refused.
 */
public final class Injectivity {
    private Injectivity() {}

    /** Whether no two points of the box write one place. */
    public static boolean isShown(Equation equation) {
        return undecided(equation).isEmpty();
    }

    /** The axes whose position the written place does not tell. */
    static List<Integer> undecided(Equation equation) {
        var open = new TreeSet<Integer>();
        IntStream.range(0, equation.axes().size()).filter(axis -> largest(equation, axis) > 1).forEach(open::add);
        boolean hasMore = true;
        while (hasMore) {
            hasMore = false;
            for (Index subscript : equation.write().subscripts()) {
                hasMore |= tells(subscript, equation, open);
            }
        }
        return List.copyOf(open);
    }

    /** Removes the axes that a subscript tells once the others in it are known; false if there are none. */
    private static boolean tells(Index subscript, Equation equation, Set<Integer> open) {
        var digits = subscript.terms().stream().filter(term -> open.contains(term.axis()))
                .sorted(Comparator.comparingLong((Index.Term term) -> Math.abs(term.coefficient()))).toList();
        long below = 0;
        for (Index.Term digit : digits) {
            if (Math.abs(digit.coefficient()) <= below) {
                return false;
            }
            long reach = LongMath.saturatedMultiply(Math.abs(digit.coefficient()), largest(equation, digit.axis()) - 1);
            below = LongMath.saturatedAdd(below, reach);
        }
        return open.removeAll(digits.stream().map(Index.Term::axis).toList());
    }

    private static long largest(Equation equation, int axis) {
        Dim extent = equation.axes().get(axis).extent();
        return Reach.largest(extent);
    }
}
