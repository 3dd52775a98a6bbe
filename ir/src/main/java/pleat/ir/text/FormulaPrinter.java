package pleat.ir.text;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import pleat.ir.index.Access;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.type.DType;
import pleat.ir.type.Dim;

/** Writes an equation the way {@link FormulaParser} reads it. */
final class FormulaPrinter {
    private final Equation equation;
    private final TypePrinter types;
    /**
     * The axes in the order in which reading this text will number them; terms of subscripts follow it, so that they stay where
     * they are.
     */
    private final ImmutableList<Integer> order;
    private final Names names = Names.byEquality();

    private FormulaPrinter(Equation equation, TypePrinter types) {
        this.equation = equation;
        this.types = types;
        var written = new LinkedHashSet<Integer>();
        equation.write().subscripts().forEach(index -> index.terms().forEach(term -> written.add(term.axis())));
        IntStream.range(0, equation.axes().size()).forEach(written::add);
        this.order = ImmutableList.copyOf(written);
        order.forEach(axis -> names.define(axis, Names.legalWord(equation.axes().get(axis).name())));
    }

    static String printAll(Formula formula) {
        var types = new TypePrinter();
        var text = print(formula.equation(), formula.dtype(), read -> Names.legal(formula.operands().get(read)), types);
        return text + types.where();
    }

    /** @param operandName name of what a read reads, without the percent sign */
    static String print(Equation equation, DType dtype, IntFunction<String> operandName, TypePrinter types) {
        return new FormulaPrinter(equation, types).print(dtype, operandName);
    }

    private String print(DType dtype, IntFunction<String> operandName) {
        var scalars = new ScalarPrinter(read -> "%" + operandName.apply(read) + access(equation.reads().get(read)), names::of);
        var result = IntStream.range(0, equation.dims().size()).mapToObj(this::resultDim)
                .collect(Collectors.joining(", ", dtype.text() + "[", "]"));
        return reduction() + scalars.print(equation.body()) + " -> " + result + over();
    }

    private String reduction() {
        List<Integer> reduced = order.stream().filter(equation::isReduced).toList();
        return switch (equation.reduction()) {
            case Reduction.None _ -> reduced.isEmpty() ? "" : "none" + declarations(reduced) + " ";
            case Reduction.Sum _, Reduction.Max _, Reduction.Min _ -> equation.reduction().text() + declarations(reduced) + " ";
        };
    }

    private String declarations(List<Integer> axes) {
        return axes.stream().map(axis -> names.of(axis) + ": " + types.print(equation.axes().get(axis).extent()))
                .collect(Collectors.joining(", ", "(", ")"));
    }

    private String resultDim(int dim) {
        return index(equation.write().subscripts().get(dim)) + ": " + types.print(equation.dims().get(dim));
    }

    /** Declares the written axes whose extent no bare subscript of the result states. */
    private String over() {
        var stated = new LinkedHashMap<Integer, Dim>();
        for (int dim = 0; dim < equation.dims().size(); dim++) {
            Dim extent = equation.dims().get(dim);
            equation.write().subscripts().get(dim).bareAxis().ifPresent(axis -> stated.putIfAbsent(axis, extent));
        }
        var rest = order.stream().filter(axis -> !equation.isReduced(axis))
                .filter(axis -> !equation.axes().get(axis).extent().equals(stated.get(axis))).toList();
        return rest.isEmpty() ? "" : " over" + declarations(rest);
    }

    private String access(Access access) {
        return AccessPrinter.print(access, order, names::of);
    }

    private String index(Index index) {
        return AccessPrinter.print(index, order, names::of);
    }
}
