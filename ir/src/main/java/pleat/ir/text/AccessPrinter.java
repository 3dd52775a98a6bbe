package pleat.ir.text;

import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import pleat.ir.index.Access;
import pleat.ir.index.Index;

/** Subscripts the way {@link AxisScope} reads them; the same at every level. */
final class AccessPrinter {
    private AccessPrinter() {}

    /** {@code [2*i + t - 3, c]}, with a question mark before it where the access is guarded. */
    static String print(Access access, List<Integer> order, IntFunction<String> axisName) {
        return access.subscripts().stream().map(index -> print(index, order, axisName))
                .collect(Collectors.joining(", ", access.guarded() ? "?[" : "[", "]"));
    }

    /** @param order of the axes, which the terms follow */
    static String print(Index index, List<Integer> order, IntFunction<String> axisName) {
        var text = new StringBuilder();
        index.terms().stream().sorted(Comparator.comparingInt(term -> order.indexOf(term.axis())))
                .forEach(term -> append(text, term.coefficient(), axisName.apply(term.axis())));
        if (index.offset() != 0 || text.isEmpty()) {
            append(text, index.offset(), "");
        }
        return text.toString();
    }

    /** Adds {@code factor * axis}, or the factor alone where there is no axis. */
    private static void append(StringBuilder text, long factor, String axis) {
        // Long.MIN_VALUE has no absolute value; its digits without the sign are right all the same.
        var digits = Long.toString(factor).replace("-", "");
        var size = axis.isEmpty() ? digits : digits.equals("1") ? axis : digits + "*" + axis;
        if (text.isEmpty()) {
            text.append(factor < 0 ? "-" : "").append(size);
        } else {
            text.append(factor < 0 ? " - " : " + ").append(size);
        }
    }
}
