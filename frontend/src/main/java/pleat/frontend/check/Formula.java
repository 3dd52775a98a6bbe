package pleat.frontend.check;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.function.Consumer;
import pleat.ir.diagnostic.Span;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar.Fn1;
import pleat.ir.index.Scalar.Fn2;
import pleat.ir.tensor.Value;

/** The right side of an equation with every name resolved: what is computed at one point of its axes. */
public sealed interface Formula {

    record Number(double value) implements Formula {}

    record Element(Value tensor, ImmutableList<ResolvedSubscript> subscripts, Site site) implements Formula {}

    record Position(AxisVariable axis) implements Formula {}

    record Extent(AxisVariable axis) implements Formula {}

    record Apply(Fn1 fn, Formula operand) implements Formula {}

    record Combine(Fn2 fn, Formula left, Formula right) implements Formula {}

    record Choose(Formula condition, Formula then, Formula otherwise) implements Formula {}

    record Reduce(Reduction reduction, ImmutableList<AxisVariable> axes, Formula body, Span span) implements Formula {}

    /** A random number for each position of the left side. */
    record Draw(Value seed, long stream) implements Formula {}

    /** @param text the tensor as it is written, for messages */
    record Site(String text, boolean guarded, Span span, ImmutableList<Span> subscripts) {}

    sealed interface ResolvedSubscript {}

    record Affine(LinearIndex index) implements ResolvedSubscript {}

    /** A subscript that is computed from tensors. */
    record Data(Formula index) implements ResolvedSubscript {}

    /** Parts in the order in which they are written; those of data subscripts included. */
    default List<Formula> parts() {
        return switch (this) {
            case Number _, Position _, Extent _, Draw _ -> List.of();
            case Element(_, var subscripts, _) -> subscripts.stream().filter(Data.class::isInstance).map(s -> ((Data) s).index())
                    .toList();
            case Apply(_, Formula operand) -> List.of(operand);
            case Combine(_, Formula left, Formula right) -> List.of(left, right);
            case Choose(Formula condition, Formula then, Formula otherwise) -> List.of(condition, then, otherwise);
            case Reduce(_, _, Formula body, _) -> List.of(body);
        };
    }

    /** Visits every part, outer ones first. */
    default void visit(Consumer<Formula> visitor) {
        visitor.accept(this);
        parts().forEach(part -> part.visit(visitor));
    }
}
