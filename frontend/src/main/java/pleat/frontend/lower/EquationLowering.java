package pleat.frontend.lower;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import pleat.frontend.check.AxisVariable;
import pleat.frontend.check.Bounds;
import pleat.frontend.check.EquationChecker.Checked;
import pleat.frontend.check.Formula;
import pleat.frontend.check.Formula.Affine;
import pleat.frontend.check.Formula.Data;
import pleat.frontend.check.LinearIndex;
import pleat.frontend.check.OneToOne;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Location;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.type.DType;
import pleat.ir.type.TensorType;

/**
 * Writes a checked equation as ops: one equation of the IR for itself and one for each reduction inside it, a gather for each
 * subscript
 * that is computed from data.
 */
final class EquationLowering {
    private final FunctionBuilder builder;
    private final Location location;
    private final Checked checked;
    private final Map<Formula.Reduce, Nested> nested = new IdentityHashMap<>();
    private final Map<Formula.Draw, Value> drawn = new LinkedHashMap<>();

    /** The value of a reduction inside a formula, for each point of the axes that it depends on. */
    private record Nested(Value value, ImmutableList<AxisVariable> axes) {}

    private EquationLowering(FunctionBuilder builder, Location location, Checked checked) {
        this.builder = builder;
        this.location = location;
        this.checked = checked;
    }

    static Value lower(Checked checked, String name, FunctionBuilder builder, Location location) {
        return new EquationLowering(builder, location, checked).run(name);
    }

    private Value run(String name) {
        var result = new Result(name, checked.left(), checked.axes());
        return checked.right() instanceof Formula.Reduce reduce ? reduced(result, reduce)
                : new Emission(result, Reduction.NONE, List.of()).emit(checked.right());
    }

    /** What an equation writes. */
    private record Result(String name, List<LinearIndex> write, List<AxisVariable> axes) {
        static Result bare(String name, List<AxisVariable> axes) {
            return new Result(name, axes.stream().map(Result::index).toList(), axes);
        }

        private static LinearIndex index(AxisVariable axis) {
            return new LinearIndex(ImmutableMap.of(axis, 1L), 0);
        }
    }

    /** A reduction directly inside one of the same kind is one reduction over the axes of both. */
    private Value reduced(Result result, Formula.Reduce reduce) {
        var axes = new ArrayList<>(reduce.axes());
        var body = reduce.body();
        while (body instanceof Formula.Reduce inner && inner.reduction().equals(reduce.reduction())) {
            axes.addAll(inner.axes());
            body = inner.body();
        }
        return new Emission(result, reduce.reduction(), axes).emit(body);
    }

    private Set<AxisVariable> free(Formula formula) {
        var free = new LinkedHashSet<AxisVariable>();
        switch (formula) {
            case Formula.Position(AxisVariable axis) -> free.add(axis);
            case Formula.Extent(AxisVariable axis) -> free.add(axis);
            case Formula.Draw _ -> free.addAll(checked.axes());
            case Formula.Element element -> element.subscripts().forEach(subscript -> {
                if (subscript instanceof Affine(LinearIndex index)) {
                    free.addAll(index.coefficients().keySet());
                }
            });
            case Formula.Number _, Formula.Apply _, Formula.Combine _, Formula.Choose _, Formula.Reduce _ -> {
            }
        }
        formula.parts().forEach(part -> free.addAll(free(part)));
        if (formula instanceof Formula.Reduce reduce) {
            reduce.axes().forEach(free::remove);
        }
        return free;
    }

    /** One equation of the IR. */
    private final class Emission {
        private final Result result;
        private final Reduction reduction;
        private final List<AxisVariable> axes;
        private final Map<Read, Integer> reads = new LinkedHashMap<>();

        private record Read(Value value, Access access) {}

        Emission(Result result, Reduction reduction, List<AxisVariable> reduced) {
            this.result = result;
            this.reduction = reduction;
            this.axes = new ArrayList<>(result.axes());
            this.axes.addAll(reduced);
        }

        Value emit(Formula body) {
            return emit(body, copies(body));
        }

        Value emit(Formula body, DType dtype) {
            var scalar = scalar(body);
            var dims = result.write().stream().map(index -> OneToOne.extent(index).orElseThrow())
                    .collect(ImmutableList.toImmutableList());
            var equation = new Equation(axes.stream().map(axis -> new Axis(axis.name(), axis.extent()))
                    .collect(ImmutableList.toImmutableList()),
                    reads.keySet().stream().map(Read::access).collect(ImmutableList.toImmutableList()),
                    new Equation.Target(access(result.write(), false), dims), reduction, scalar);
            var operands = reads.keySet().stream().map(Read::value).collect(ImmutableList.toImmutableList());
            return builder.emit(new Op.Compute(new Value(result.name(), new TensorType(dtype, dims)), equation, operands,
                    location));
        }

        /** What only moves whole numbers or truth values keeps their type; everything else is computed in real numbers. */
        private DType copies(Formula body) {
            return body instanceof Formula.Element element && !element.tensor().type().dtype().isFloating()
                    ? element.tensor().type().dtype() : DType.F32;
        }

        private Access access(List<LinearIndex> subscripts, boolean guarded) {
            return new Access(subscripts.stream().map(this::index).collect(ImmutableList.toImmutableList()), guarded);
        }

        private Index index(LinearIndex index) {
            return Index.of(index.coefficients().entrySet().stream().map(term -> new Index.Term(axes.indexOf(term.getKey()),
                    term.getValue())).toList(),
                    index.offset());
        }

        private Scalar scalar(Formula formula) {
            return switch (formula) {
                case Formula.Number(double value) -> Scalar.of(value);
                case Formula.Position(AxisVariable axis) -> new Scalar.Position(axes.indexOf(axis));
                case Formula.Extent(AxisVariable axis) -> new Scalar.Extent(axes.indexOf(axis));
                case Formula.Apply(var fn, Formula operand) -> new Scalar.Unary(fn, scalar(operand));
                case Formula.Combine(var fn, Formula left, Formula right) -> {
                    var first = scalar(left);
                    yield new Scalar.Binary(fn, first, scalar(right));
                }
                case Formula.Choose(Formula condition, Formula then, Formula otherwise) -> {
                    var test = scalar(condition);
                    var first = scalar(then);
                    yield new Scalar.Select(test, first, scalar(otherwise));
                }
                case Formula.Element element -> element(element);
                case Formula.Reduce reduce -> {
                    var inner = nested.computeIfAbsent(reduce, this::nested);
                    yield read(inner.value(), inner.axes().stream().map(Result::index).toList(), false);
                }
                case Formula.Draw draw -> read(drawn.computeIfAbsent(draw, EquationLowering.this::draw), checked.left(), false);
            };
        }

        private Nested nested(Formula.Reduce reduce) {
            var free = free(reduce);
            var order = axes.stream().filter(free::contains).collect(ImmutableList.toImmutableList());
            return new Nested(reduced(Result.bare(reduce.reduction().text(), order), reduce), order);
        }

        private Scalar read(Value value, List<LinearIndex> subscripts, boolean guarded) {
            var dims = value.type().dims();
            boolean needed = false;
            for (int i = 0; i < dims.size(); i++) {
                needed |= guarded && !Bounds.inside(subscripts.get(i), dims.get(i));
            }
            return Scalar.read(reads.computeIfAbsent(new Read(value, access(subscripts, needed)), _ -> reads.size()));
        }

        private Scalar element(Formula.Element element) {
            var value = element.tensor();
            var subscripts = new ArrayList<>(element.subscripts());
            for (int at = data(subscripts); at >= 0; at = data(subscripts)) {
                var index = ((Data) subscripts.remove(at)).index();
                var free = free(index);
                var order = axes.stream().filter(free::contains).toList();
                value = Gathering.gather(value, at, rows(index, order), builder, location);
                subscripts.addAll(0, order.stream().map(axis -> new Affine(Result.index(axis))).toList());
            }
            return read(value, subscripts.stream().map(subscript -> ((Affine) subscript).index()).toList(),
                    element.site().guarded());
        }

        private int data(List<Formula.ResolvedSubscript> subscripts) {
            for (int i = 0; i < subscripts.size(); i++) {
                if (subscripts.get(i) instanceof Data) {
                    return i;
                }
            }
            return -1;
        }

        /** The rows to gather as a tensor over the axes that they depend on. */
        private Value rows(Formula index, List<AxisVariable> order) {
            if (index instanceof Formula.Element element && !element.tensor().type().dtype().isFloating()
                    && element.subscripts().equals(order.stream().map(axis -> new Affine(Result.index(axis))).toList())) {
                return element.tensor();
            }
            var result = Result.bare("rows", order);
            return index instanceof Formula.Reduce reduce
                    ? new Emission(result, reduce.reduction(), reduce.axes()).emit(reduce.body(), DType.I64)
                    : new Emission(result, Reduction.NONE, List.of()).emit(index, DType.I64);
        }
    }

    private Value draw(Formula.Draw draw) {
        var dims = checked.left().stream().map(index -> OneToOne.extent(index).orElseThrow()).toList();
        var value = new Value("uniform", TensorType.of(DType.F32, dims));
        return builder.emit(new Op.Random(value, draw.seed(), draw.stream(), location));
    }
}
