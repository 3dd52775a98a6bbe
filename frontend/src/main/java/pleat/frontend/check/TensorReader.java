package pleat.frontend.check;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import pleat.frontend.check.AxisVariable.Evidence;
import pleat.frontend.check.Formula.Affine;
import pleat.frontend.check.Formula.ResolvedSubscript;
import pleat.frontend.check.Formula.Site;
import pleat.frontend.syntax.Expression;
import pleat.frontend.syntax.Expression.IndexSubscript;
import pleat.frontend.syntax.Expression.RestSubscript;
import pleat.frontend.syntax.Expression.Subscripted;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.Span;
import pleat.ir.tensor.Value;
import pleat.ir.type.Dim;

/** Resolves reads of tensors, with and without subscripts, and learns from them how far the axes go. */
final class TensorReader {
    private static final String AXIS_NAMES = "ijklpquvwxyzabcdefghmnorst";

    private final EquationScope scope;
    private final Environment environment;
    private final LeftSide left;
    private final SubscriptResolver subscripts;

    TensorReader(EquationScope scope, Environment environment, LeftSide left, FormulaResolver formulas) {
        this.scope = scope;
        this.environment = environment;
        this.left = left;
        this.subscripts = new SubscriptResolver(scope, environment, formulas);
    }

    /** {@code h: heads}. */
    void state(AxisVariable axis, Expression extent) {
        new Constants(environment.constants(), environment::report).size(extent).ifPresentOrElse(
                size -> axis.found(new Evidence(size, extent.span(), "`" + axis.name() + "` is stated to have", true)),
                scope::fail);
    }

    /** Axes of a {@code ..}; where no tensor said how many they are, those of the module's inputs. */
    List<AxisVariable> settled(RestAxes rest) {
        if (rest.axes().isPresent()) {
            return rest.axes().get();
        }
        var dims = environment.rest(rest.toString().substring(2));
        if (dims.isEmpty()) {
            scope.fail(Diagnostic.of(CheckCode.AXIS_WITHOUT_EXTENT, rest.span(), "nothing says how many axes `%s` stands for",
                    rest)
                    .help("read a tensor with `%s` on the right side", rest));
            return List.of();
        }
        var axes = rest.axes(dims.get().size()).orElseThrow();
        for (int i = 0; i < axes.size(); i++) {
            scope.meet(axes.get(i), dims.get().get(i), rest.span(), "dim " + i + " of `" + rest + "`");
        }
        return axes;
    }

    /** A tensor without subscripts: read at the axes of the left side; scalars have none. */
    Formula whole(Value value, String text, Span span) {
        int rank = value.type().rank();
        if (rank == 0) {
            return new Formula.Element(value, ImmutableList.of(), new Site(text, false, span, ImmutableList.of()));
        }
        return switch (left) {
            case LeftSide.Whole whole -> alongside(whole, value, text, span);
            case LeftSide.Indexed indexed -> atLeftAxes(indexed, value, text, span);
        };
    }

    private Formula alongside(LeftSide.Whole whole, Value value, String text, Span span) {
        var dims = value.type().dims();
        if (whole.first().isEmpty()) {
            var axes = new ArrayList<AxisVariable>();
            for (int i = 0; i < dims.size(); i++) {
                var axis = scope.anonymous(i < AXIS_NAMES.length() ? AXIS_NAMES.substring(i, i + 1) : "a" + i, span);
                scope.meet(axis, dims.get(i), span, "dim " + i + " of `" + text + "`");
                axes.add(axis);
            }
            whole.first(new LeftSide.Whole.First(text, span, axes, dims));
        }
        var first = whole.first().get();
        if (!first.dims().equals(dims)) {
            scope.fail(Diagnostic.of(CheckCode.TYPES_DIFFER, span, "`%s` and `%s` have different sizes", first.text(), text)
                    .here("`%s` is %s", text, shown(dims)).label(first.span(), "`%s` is %s", first.text(), shown(first.dims()))
                    .note("tensors without subscripts have one type; nothing broadcasts")
                    .help("write subscripts: `y[i, j] = ...`"));
            return new Formula.Number(0);
        }
        return bare(value, first.axes(), text, span);
    }

    private static String shown(List<Dim> dims) {
        return "`[" + String.join(", ", dims.stream().map(Dim::toString).toList()) + "]`";
    }

    private static Formula bare(Value value, List<AxisVariable> axes, String text, Span span) {
        var at = axes.stream().<ResolvedSubscript>map(axis -> new Affine(LinearIndex.axis(axis)))
                .collect(ImmutableList.toImmutableList());
        var spans = Stream.generate(() -> span).limit(axes.size()).collect(ImmutableList.toImmutableList());
        return new Formula.Element(value, at, new Site(text, false, span, spans));
    }

    private Formula atLeftAxes(LeftSide.Indexed indexed, Value value, String text, Span span) {
        int others = indexed.parts().size() - 1;
        indexed.rest().ifPresent(rest -> rest.axes(Math.max(0, value.type().rank() - others)));
        var dims = indexed.dims().orElseThrow();
        if (dims.size() != value.type().rank()) {
            return wrongRank(value, text, span, dims.size(), "the left side");
        }
        var axes = new ArrayList<AxisVariable>();
        for (int i = 0; i < dims.size(); i++) {
            var axis = dims.get(i).bare();
            if (axis.isEmpty()) {
                scope.fail(Diagnostic.of(CheckCode.NOT_A_VALUE, span,
                        "`%s` needs subscripts, because those of the left side are not bare axes", text));
                return new Formula.Number(0);
            }
            scope.meet(axis.get(), value.type().dims().get(i), span, "`" + axis.get().name() + "` is dim " + i + " of `" + text
                    + "`");
            axes.add(axis.get());
        }
        return bare(value, axes, text, span);
    }

    private Formula wrongRank(Value value, String text, Span span, int written, String where) {
        scope.fail(Diagnostic.of(CheckCode.WRONG_RANK, span, "`%s` has %s and %s has %d", text, dims(value.type().rank()), where,
                written)
                .note("`%s` is `%s`", text, value.type()));
        return new Formula.Number(0);
    }

    private static String dims(int rank) {
        return rank == 1 ? "1 dim" : rank + " dims";
    }

    /** A tensor with subscripts. */
    Formula element(Value value, String text, Subscripted read) {
        var rests = read.subscripts().stream().filter(RestSubscript.class::isInstance).map(RestSubscript.class::cast).toList();
        int rank = value.type().rank();
        int named = read.subscripts().size() - rests.size();
        if (rests.size() > 1 && rests.stream().anyMatch(rest -> unknown(rest).isPresent()) || named > rank || rests.isEmpty()
                && named != rank) {
            return wrongSubscripts(value, text, read);
        }
        var resolved = new ArrayList<ResolvedSubscript>();
        var spans = new ArrayList<Span>();
        for (var subscript : read.subscripts()) {
            switch (subscript) {
                case RestSubscript rest -> {
                    var axes = restAxes(rest, rank - named, rests.size() == 1);
                    axes.forEach(axis -> resolved.add(new Affine(LinearIndex.axis(axis))));
                    axes.forEach(_ -> spans.add(rest.span()));
                }
                case IndexSubscript(Expression index) -> {
                    resolved.add(subscripts.resolve(index));
                    spans.add(index.span());
                }
            }
        }
        if (scope.failed()) {
            return new Formula.Number(0);
        }
        if (resolved.size() != rank) {
            return wrongSubscripts(value, text, read);
        }
        learn(value, text, resolved, spans, read.guarded());
        return new Formula.Element(value, ImmutableList.copyOf(resolved),
                new Site(text, read.guarded(), read.span(), ImmutableList.copyOf(spans)));
    }

    private Formula wrongSubscripts(Value value, String text, Subscripted read) {
        int count = read.subscripts().size();
        scope.fail(Diagnostic.of(CheckCode.WRONG_RANK, read.span(), "`%s` has %s and is read with %s", text,
                dims(value.type().rank()),
                count == 1 ? "1 subscript" : count + " subscripts").note("`%s` is `%s`", text, value.type()));
        return new Formula.Number(0);
    }

    private Optional<RestAxes> unknown(RestSubscript rest) {
        return scope.rest(rest.name()).filter(axes -> axes.axes().isEmpty());
    }

    private List<AxisVariable> restAxes(RestSubscript subscript, int count, boolean only) {
        var rest = scope.rest(subscript.name());
        if (rest.isEmpty()) {
            scope.fail(Diagnostic.of(CheckCode.UNKNOWN_AXIS, subscript.span(), "the equation has no `..%s`", subscript.name())
                    .help("write it on the left side or in a reduction"));
            return List.of();
        }
        if (!only) {
            return rest.get().axes().orElseThrow();
        }
        var axes = rest.get().axes(count);
        if (axes.isEmpty()) {
            scope.fail(Diagnostic.of(CheckCode.WRONG_RANK, subscript.span(), "`%s` stands for %d axes here and for %d before",
                    rest.get(), count,
                    rest.get().axes().orElseThrow().size()));
        }
        return axes.orElse(List.of());
    }

    private void learn(Value value, String text, List<ResolvedSubscript> resolved, List<Span> spans, boolean guarded) {
        for (int i = 0; i < resolved.size(); i++) {
            var axis = resolved.get(i) instanceof Affine(LinearIndex index) ? index.bare() : Optional.<AxisVariable>empty();
            if (axis.isPresent()) {
                var reason = "`" + axis.get().name() + "` is dim " + i + " of `" + text + "`";
                if (guarded) {
                    scope.meetWeakly(axis.get(), value.type().dims().get(i), spans.get(i), reason);
                } else {
                    scope.meet(axis.get(), value.type().dims().get(i), spans.get(i), reason);
                }
            }
        }
    }
}
