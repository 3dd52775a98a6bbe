package pleat.frontend.check;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import pleat.frontend.check.Formula.Affine;
import pleat.frontend.syntax.Expression;
import pleat.frontend.syntax.Expression.Binary;
import pleat.frontend.syntax.Expression.NameUse;
import pleat.frontend.syntax.Expression.Unary;
import pleat.frontend.syntax.Name;
import pleat.frontend.syntax.Statement.IndexedAxis;
import pleat.frontend.syntax.Statement.Target;
import pleat.frontend.syntax.Statement.TargetAxis;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.type.Dim;

/** Checks one equation: resolves it, finds the extent of each axis, and proves that subscripts stay inside. */
public final class EquationChecker {
    private final Environment environment;
    private final EquationScope scope;

    /**
     * An equation in which nothing is wrong.
     *
     * @param left one subscript for each dim of the result
     */
    public record Checked(ImmutableList<LinearIndex> left, Formula right) {
        /** Axes of the left side in the order of its dims. */
        public ImmutableList<AxisVariable> axes() {
            return left.stream().flatMap(index -> index.coefficients().keySet().stream()).distinct()
                    .collect(ImmutableList.toImmutableList());
        }
    }

    private EquationChecker(Environment environment) {
        this.environment = environment;
        this.scope = new EquationScope(environment);
    }

    /** The equation {@code target = value}; empty after a report. */
    public static Optional<Checked> check(Target target, Expression value, Environment environment) {
        var checker = new EquationChecker(environment);
        return target.axes().isPresent() ? checker.indexed(target, value) : checker.whole(value);
    }

    /** An expression that stands for itself, such as an argument. */
    public static Optional<Checked> check(Expression value, Environment environment) {
        return new EquationChecker(environment).whole(value);
    }

    private Optional<Checked> whole(Expression value) {
        var left = new LeftSide.Whole();
        var right = new FormulaResolver(scope, environment, left).resolve(value);
        scope.settle();
        var axes = left.first().map(LeftSide.Whole.First::axes).orElse(List.of());
        return finish(axes.stream().map(LinearIndex::axis).toList(), right);
    }

    private Optional<Checked> indexed(Target target, Expression value) {
        var parts = new ArrayList<LeftSide.Part>();
        var left = new LeftSide.Indexed(parts);
        var resolver = new FormulaResolver(scope, environment, left);
        target.axes().orElseThrow().forEach(axis -> declare(axis, resolver, parts));
        var right = resolver.resolve(value);
        left.rest().ifPresent(resolver.reader()::settled);
        scope.settle();
        if (scope.failed()) {
            return Optional.empty();
        }
        var dims = left.dims().orElseThrow();
        for (LeftSide.Part part : parts) {
            if (part instanceof LeftSide.Index(LinearIndex index, var span) && !OneToOne.covers(index)) {
                scope.fail(Diagnostic.of(CheckCode.NOT_ONE_TO_ONE, span, "`%s` does not reach each element exactly once",
                        span.text())
                        .help("a subscript of the left side is an axis, or digits such as `32*h + c` with `c` below 32"));
            }
        }
        if (dims.stream().mapToInt(index -> index.coefficients().size()).sum()
                != dims.stream().flatMap(index -> index.coefficients().keySet().stream()).distinct().count()) {
            scope.fail(Diagnostic.of(CheckCode.NOT_ONE_TO_ONE, target.span(),
                    "an axis stands twice on the left side, so that elements are left out"));
        }
        return finish(dims, right);
    }

    private void declare(TargetAxis axis, FormulaResolver resolver, List<LeftSide.Part> parts) {
        switch (axis) {
            case pleat.frontend.syntax.Statement.RestAxes(String name, var span) ->
                    parts.add(new LeftSide.Rest(scope.declareRest(name, span)));
            case IndexedAxis(NameUse(Name name), var extent) -> {
                var declared = scope.declare(name.text(), name.span());
                extent.ifPresent(size -> resolver.reader().state(declared, size));
                parts.add(new LeftSide.Index(LinearIndex.axis(declared), name.span()));
            }
            case IndexedAxis(Expression index, var extent) -> {
                extent.ifPresent(size -> scope.fail(Diagnostic.of(CheckCode.NOT_AFFINE, size.span(),
                        "only a bare axis is given an extent on the left side")));
                axisNames(index, new LinkedHashSet<>()).forEach(name -> declareUnlessNumber(name));
                new SubscriptResolver(scope, environment, resolver).affine(index)
                        .ifPresentOrElse(affine -> parts.add(new LeftSide.Index(affine, index.span())), scope::fail);
            }
        }
    }

    private void declareUnlessNumber(Name name) {
        if (!environment.constants().containsKey(name.text()) && scope.axis(name.text()).isEmpty()) {
            scope.declare(name.text(), name.span());
        }
    }

    private static LinkedHashSet<Name> axisNames(Expression expression, LinkedHashSet<Name> found) {
        switch (expression) {
            case NameUse(Name name) -> found.add(name);
            case Unary unary -> axisNames(unary.operand(), found);
            case Binary binary -> {
                axisNames(binary.left(), found);
                axisNames(binary.right(), found);
            }
            case Expression.IntLiteral _, Expression.RealLiteral _, Expression.BoolLiteral _, Expression.Call _,
                    Expression.Subscripted _,
                Expression.Reduce _ -> {
            }
        }
        return found;
    }

    private Optional<Checked> finish(List<LinearIndex> left, Formula right) {
        if (scope.failed()) {
            return Optional.empty();
        }
        right.visit(part -> {
            if (part instanceof Formula.Element element && !element.site().guarded()) {
                inside(element);
            }
        });
        return scope.failed() ? Optional.empty() : Optional.of(new Checked(ImmutableList.copyOf(left), right));
    }

    private void inside(Formula.Element element) {
        var dims = element.tensor().type().dims();
        for (int i = 0; i < dims.size(); i++) {
            if (element.subscripts().get(i) instanceof Affine(LinearIndex index) && !isWhole(index, dims.get(i))
                    && !Bounds.inside(index, dims.get(i))) {
                var site = element.site();
                scope.fail(Diagnostic.of(CheckCode.GUARD_NEEDED, site.subscripts().get(i), "the subscript may leave `%s`",
                        site.text())
                        .here("dim %d has size `%s`", i, dims.get(i)).help("write `%s?[...]` to read 0 outside", site.text()));
            }
        }
    }

    /** The common case: the dim gave the axis its extent. */
    private static boolean isWhole(LinearIndex index, Dim dim) {
        return index.bare().filter(axis -> axis.extent().equals(dim)).isPresent();
    }
}
