package pleat.ir.derive;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.function.IntFunction;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Equation.Target;
import pleat.ir.index.Index;
import pleat.ir.index.Scalar;

/** Replaces the axes of a formula by subscripts over other axes. */
public final class Substitute {
    private Substitute() {}

    /** The body over {@code to}; refused only where it uses a symbolic extent that no axis of {@code to} has. */
    public static Derived<Scalar> body(Scalar body, List<Axis> from, List<Axis> to, IntFunction<Index> subscriptOf) {
        String[] homeless = {null};
        var result = body.rewrite(node -> switch (node) {
            case Scalar.Position(int axis) -> Subscripts.position(subscriptOf.apply(axis));
            case Scalar.Extent(int axis) -> {
                var extent = extent(from.get(axis), subscriptOf.apply(axis), to);
                if (extent == null) {
                    homeless[0] = from.get(axis).extent().toString();
                }
                yield extent == null ? node : extent;
            }
            case Scalar.Read _, Scalar.Const _, Scalar.Unary _, Scalar.Binary _, Scalar.Select _ -> node;
        });
        return homeless[0] == null ? Derived.yes(result)
                : Derived.no("no axis has the extent `%s` that the body uses", homeless[0]);
    }

    private static Scalar extent(Axis axis, Index subscript, List<Axis> to) {
        var bare = subscript.bareAxis();
        if (bare.isPresent() && to.get(bare.getAsInt()).extent().equals(axis.extent())) {
            return new Scalar.Extent(bare.getAsInt());
        }
        return Subscripts.extent(axis.extent(), to).orElse(null);
    }

    /** The equation over {@code to}: the caller sees to it that the new box reaches the same points, each as often. */
    public static Derived<Equation> axes(Equation equation, List<Axis> to, IntFunction<Index> subscriptOf) {
        return body(equation.body(), equation.axes(), to, subscriptOf).map(body -> {
            var reads = equation.reads().stream().map(access -> access.substitute(subscriptOf))
                    .collect(ImmutableList.<Access>toImmutableList());
            var target = new Target(equation.write().substitute(subscriptOf), equation.dims());
            return new Equation(ImmutableList.copyOf(to), reads, target, equation.reduction(), body);
        });
    }
}
