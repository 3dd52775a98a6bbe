package pleat.ir.derive;

import java.util.List;
import java.util.stream.Collectors;
import pleat.ir.index.Access;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.index.Scalar.Fn1;
import pleat.ir.index.Scalar.Fn2;

/**
 * The loops that an equation stands for, in canonical order: written axes outside, reduced axes inside, each in order of the
 * axes.
 */
public final class LoopNests {
    private LoopNests() {}

    /**
     * Readable text of the loops, for explanations; the meaning of an equation, not how it is run.
     *
     * @param operands a name for what each read reads
     */
    public static String text(Equation equation, String result, List<String> operands) {
        var out = new StringBuilder();
        boolean reduces = !equation.reducedAxes().isEmpty();
        // A place that several written points share, or none, starts with the identity before the loops.
        boolean once = Subscripts.isBijective(equation.write(), equation.axes(), equation.dims());
        String place = result + subscripts(equation, equation.write());
        if (!once) {
            out.append(result).append("[..] = ").append(number(equation.reduction().identity())).append('\n');
        }
        int depth = loops(equation, false, 0, out);
        if (once && reduces) {
            line(out, depth, place + " = " + number(equation.reduction().identity()));
        }
        depth = loops(equation, true, depth, out);
        String value = scalar(equation, equation.body(), operands);
        line(out, depth, once && !reduces ? place + " = " + value : combined(equation.reduction(), place, value));
        return out.toString();
    }

    private static int loops(Equation equation, boolean reduced, int depth, StringBuilder out) {
        int next = depth;
        for (int a = 0; a < equation.axes().size(); a++) {
            if (equation.isReduced(a) == reduced) {
                line(out, next++, "for " + equation.axes().get(a).name() + " in 0.." + equation.axes().get(a).extent());
            }
        }
        return next;
    }

    private static String combined(Reduction reduction, String place, String value) {
        return switch (reduction) {
            case Reduction.None _ -> place + " = " + value;
            case Reduction.Sum _ -> place + " += " + value;
            case Reduction.Max _, Reduction.Min _ -> place + " = " + reduction.text() + "(" + place + ", " + value + ")";
        };
    }

    private static void line(StringBuilder out, int depth, String text) {
        out.append("  ".repeat(depth)).append(text).append('\n');
    }

    private static String subscripts(Equation equation, Access access) {
        return access.subscripts().stream().map(index -> subscript(equation, index))
                .collect(Collectors.joining(", ", access.guarded() ? "?[" : "[", "]"));
    }

    private static String subscript(Equation equation, Index index) {
        var out = new StringBuilder();
        for (Index.Term term : index.terms()) {
            long size = Math.abs(term.coefficient());
            out.append(term.coefficient() < 0 ? out.isEmpty() ? "-" : " - " : out.isEmpty() ? "" : " + ");
            out.append(size == 1 ? "" : size + "*").append(equation.axes().get(term.axis()).name());
        }
        if (out.isEmpty()) {
            return Long.toString(index.offset());
        }
        return index.offset() == 0 ? out.toString() : out + (index.offset() > 0 ? " + " : " - ") + Math.abs(index.offset());
    }

    private static String scalar(Equation equation, Scalar scalar, List<String> operands) {
        return switch (scalar) {
            case Scalar.Const(double value) -> number(value);
            case Scalar.Read(int read) -> operands.get(read) + subscripts(equation, equation.reads().get(read));
            case Scalar.Position(int axis) -> equation.axes().get(axis).name();
            case Scalar.Extent(int axis) -> equation.axes().get(axis).extent().toString();
            case Scalar.Unary(Fn1 fn, Scalar x) -> (fn == Fn1.NEG ? "-" : fn.text()) + "(" + scalar(equation, x, operands) + ")";
            case Scalar.Binary(Fn2 fn, Scalar x, Scalar y) ->
                    binary(fn, scalar(equation, x, operands), scalar(equation, y, operands));
            case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) -> String.format("(%s ? %s : %s)",
                    scalar(equation, condition, operands), scalar(equation, then, operands), scalar(equation, otherwise, operands));
        };
    }

    private static String binary(Fn2 fn, String left, String right) {
        return switch (fn) {
            case ADD -> "(" + left + " + " + right + ")";
            case SUB -> "(" + left + " - " + right + ")";
            case MUL -> left + " * " + right;
            case DIV -> left + " / (" + right + ")";
            case LT -> "(" + left + " < " + right + ")";
            case LE -> "(" + left + " <= " + right + ")";
            case EQ -> "(" + left + " == " + right + ")";
            case MAX, MIN, POW -> fn.text() + "(" + left + ", " + right + ")";
        };
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15 ? Long.toString((long) value) : Double.toString(value);
    }
}
