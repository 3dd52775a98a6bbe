package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import pleat.codegen.llvm.Lanes;
import pleat.ir.index.Scalar;

/** Writes the loops of a reduction. The running values stand in stack slots, which LLVM turns into registers. */
final class ReduceText {
    /** Partial results side by side, so that one does not wait for the other. */
    private static final int SUMS = 4;
    /** Vectors of results whose terms are added up together. */
    private static final int COLUMNS = 8;

    private final KernelText k;
    private final NestText nests;
    private final Step.Reduce step;
    private final TargetText target;
    private final int lanes;
    private final Point origin;

    /** @param origin the point from which the axes of the step are walked */
    ReduceText(KernelText k, int lanes, Step.Reduce step, Point origin) {
        this.k = k;
        this.nests = new NestText(k);
        this.step = step;
        this.target = new TargetText(k, new TargetText.Target.Tile(step.target()));
        this.lanes = lanes;
        this.origin = origin;
    }

    void write() {
        var domain = step.domain();
        var all = new ArrayList<>(domain.axes());
        all.addAll(domain.reduced());
        var inner = all.stream().filter(axis -> !k.space.isSingle(axis)).toList();
        var operands = NestShape.Operands.of(step.value(), Optional.of(step.target().strides()), k.kernel, k.space);
        var axis = lanes == 1 || operands.hasLookUp() ? Optional.<Integer>empty()
                : VectorAxis.choose(inner.stream().filter(domain.along()::contains).toList(), inner, operands.sources(), k.space, lanes);
        if (axis.isEmpty()) {
            scalars(operands);
        } else if (domain.reduced().contains(axis.get())) {
            alongReduced(operands, axis.get());
        } else {
            alongResult(operands, axis.get());
        }
    }

    /** Writes the reduction while a value that is its only operand is made, if both go along one reduced run; otherwise writes nothing. */
    boolean writeWith(Step.Fill fill) {
        var reduced = step.domain().reduced().stream().filter(axis -> !k.space.isSingle(axis)).toList();
        boolean isRow = reduced.size() == 1 && step.domain().axes().stream().allMatch(k.space::isSingle);
        if (!isRow || !step.domain().along().contains(reduced.getFirst()) || fill.target().stride(reduced.getFirst()) != 1) {
            return false;
        }
        int axis = reduced.getFirst();
        var operands = NestShape.Operands.of(fill.value(), Optional.of(fill.target().strides()), k.kernel, k.space);
        if (operands.hasLookUp()) {
            return false;
        }
        var vector = arithmetic(lanes);
        String type = Lanes.f32(lanes).type();
        String identity = vector.constant(step.reduction().identity());
        String all = Integer.toString(lanes);
        var made = new ExpressionText(k, fill.value(), axis, lanes);
        var value = new ExpressionText(k, step.value(), axis, lanes);
        var tile = new TargetText(k, new TargetText.Target.Tile(fill.target()));
        var sums = sums(type, identity);
        made.prepare(origin);
        value.prepare(origin);
        new NestText(k).vectors(ImmutableList.of(axis), origin, lanes, SUMS, (at, lane) -> {
            String element = made.vector(at, all);
            tile.vector(at, axis, lanes, element);
            accumulate(vector, type, sums.get(lane), List.of(value.vectorOf(element, at)));
        }, (at, valid) -> {
            String element = made.vector(at, valid);
            tile.vector(at, axis, lanes, element, valid);
            accumulate(vector, type, sums.getFirst(), List.of(masked(value.vectorOf(element, at), type, identity, valid)));
        });
        target.scalar(origin, total(vector, type, sums));
        return true;
    }

    private List<String> sums(String type, String identity) {
        var sums = new ArrayList<String>();
        for (int i = 0; i < SUMS; i++) {
            sums.add(k.f.slot(type));
            k.f.line("store %s %s, ptr %s", type, identity, sums.getLast());
        }
        return sums;
    }

    private String total(Arithmetic vector, String type, List<String> sums) {
        return vector.across(step.reduction(), sums.stream().map(sum -> k.f.let("load %s, ptr %s", type, sum))
                .reduce((a, b) -> vector.combine(step.reduction(), a, b)).orElseThrow());
    }

    private NestShape loops(List<Integer> axes, NestShape.Operands operands) {
        return NestShape.of(axes, operands, k.space, 1);
    }

    /** Terms come in the order of the operands' dims, wherever these lie: the same sum rounds alike in every kernel. */
    private List<ImmutableList<Integer>> summed(List<Integer> axes) {
        return axes.stream().filter(axis -> !k.space.isSingle(axis)).map(ImmutableList::of).toList();
    }

    private Arithmetic arithmetic(int width) {
        return new Arithmetic(k.module, k.f, Lanes.f32(width));
    }

    private void scalars(NestShape.Operands operands) {
        var values = values(0, 1);
        var init = step.init().map(e -> new ExpressionText(k, e, 0, 1));
        String sum = k.f.slot("float");
        var scalar = arithmetic(1);
        nests.each(loops(step.domain().axes(), operands).loops(), origin, point -> {
            k.f.line("store float %s, ptr %s", init.map(e -> e.scalar(point)).orElse(scalar.constant(step.reduction().identity())), sum);
            nests.each(summed(step.domain().reduced()), point,
                    inner -> accumulate(scalar, "float", sum, values.stream().map(value -> value.scalar(inner)).toList()));
            target.scalar(point, k.f.let("load float, ptr %s", sum));
        });
    }

    private void alongReduced(NestShape.Operands operands, int axis) {
        var vector = arithmetic(lanes);
        var scalar = arithmetic(1);
        String type = Lanes.f32(lanes).type();
        var value = new ExpressionText(k, step.value(), axis, lanes);
        var init = step.init().map(e -> new ExpressionText(k, e, 0, 1));
        var reduced = new ArrayList<>(step.domain().reduced());
        reduced.remove(Integer.valueOf(axis));
        var order = new ArrayList<>(reduced);
        order.add(axis);
        var runs = summed(order);
        String identity = vector.constant(step.reduction().identity());
        String all = Integer.toString(lanes);
        nests.each(loops(step.domain().axes(), operands).loops(), origin, point -> {
            var sums = sums(type, identity);
            nests.each(runs.subList(0, runs.size() - 1), point, outer -> {
                value.prepare(outer);
                nests.vectors(runs.getLast(), outer, lanes, SUMS, (at, lane) -> accumulate(vector, type, sums.get(lane), List.of(value.vector(at, all))),
                        (at, valid) -> accumulate(vector, type, sums.getFirst(), List.of(masked(value.vector(at, valid), type, identity, valid))));
            });
            String total = total(vector, type, sums);
            target.scalar(point, init.map(e -> scalar.combine(step.reduction(), e.scalar(point), total)).orElse(total));
        });
    }

    /** The first {@code valid} values; the others are the identity. */
    private String masked(String values, String type, String identity, String valid) {
        return k.f.let("select <%d x i1> %s, %s %s, %s %s", lanes, Masks.first(k, lanes, valid), type, values, type, identity);
    }

    /** @param values a term, or the two factors of one */
    private void accumulate(Arithmetic vector, String type, String sum, List<String> values) {
        String old = k.f.let("load %s, ptr %s", type, sum);
        String next = values.size() == 1 ? vector.combine(step.reduction(), old, values.getFirst()) : vector.multiplyAdd(values.get(0), values.get(1), old);
        k.f.line("store %s %s, ptr %s", type, next, sum);
    }

    private List<ExpressionText> values(int axis, int width) {
        var value = step.value();
        boolean isProduct = step.domain().order() == Step.Order.PRODUCTS;
        return (isProduct && value.body() instanceof Scalar.Binary(_, Scalar left, Scalar right) ? List.of(left, right) : List.of(value.body())).stream()
                .map(body -> new ExpressionText(k, new Expression(value.leaves(), body), axis, width)).toList();
    }

    private void alongResult(NestShape.Operands operands, int axis) {
        String type = Lanes.f32(lanes).type();
        var columns = new Columns(axis, type, values(axis, lanes), step.init().map(e -> new ExpressionText(k, e, axis, lanes)),
                IntStream.range(0, COLUMNS).mapToObj(_ -> k.f.slot(type)).toList());
        var others = new ArrayList<>(step.domain().axes());
        others.remove(Integer.valueOf(axis));
        var order = new ArrayList<>(loops(others, operands).loops().stream().flatMap(List::stream).toList());
        order.add(axis);
        var runs = step.init().isEmpty() ? NestShape.merged(order, operands, k.space) : order.stream().map(ImmutableList::of).toList();
        int width = Math.clamp(k.space.points(runs.getLast()) / lanes, 1, COLUMNS);
        nests.each(runs.subList(0, runs.size() - 1), origin, outer -> nests.together(runs.getLast(), outer, lanes, width, points -> {
            sum(columns, points, Integer.toString(lanes));
            for (int p = 0; p < points.size(); p++) {
                target.vector(points.get(p), axis, lanes, k.f.let("load %s, ptr %s", type, columns.sums().get(p)));
            }
        }, (at, valid) -> {
            sum(columns, List.of(at), valid);
            target.vector(at, axis, lanes, k.f.let("load %s, ptr %s", type, columns.sums().getFirst()), valid);
        }));
    }

    /** @param sums a slot for each vector of results */
    private record Columns(int axis, String type, List<ExpressionText> values, Optional<ExpressionText> init, List<String> sums) {}

    /** Results that lie side by side, each the sum of its own column: what is next to each other is read together, and no addition waits for another. */
    private void sum(Columns columns, List<Point> points, String valid) {
        var vector = arithmetic(lanes);
        for (int p = 0; p < points.size(); p++) {
            var at = points.get(p);
            columns.init().ifPresent(e -> e.prepare(at));
            k.f.line("store %s %s, ptr %s", columns.type(), columns.init().map(e -> e.vector(at, valid)).orElse(vector.constant(step.reduction().identity())),
                    columns.sums().get(p));
        }
        nests.each(summed(step.domain().reduced()), points.getFirst(), inner -> {
            for (int p = 0; p < points.size(); p++) {
                var term = inner.with(columns.axis(), points.get(p).at(columns.axis()));
                accumulate(vector, columns.type(), columns.sums().get(p), columns.values().stream().map(value -> value.vector(term, valid)).toList());
            }
        });
    }
}

/*
 * Note [The same sum everywhere]
 *
 * Gradients compute again what they did not keep, in other kernels than the first time: beside other equations, with other blocks, in other layouts. The numbers have to be the
 * same to the last bit, or an operand of a relu that is 0 but for rounding is above 0 the first time and below the second. What a step computes therefore follows from its
 * equation alone. No product is fused with a sum because it happens to stand in front of it (Arithmetic); a product of matrices adds up its terms in the order of its factors' dims,
 * whether register tiles do it or the blocks are too small for that; any other sum adds up one term after the other, in vectors along the other axes, unless it goes along
 * the last dim of its operands: then it goes along that dim in vectors.
 *
 * What still depends on the kernel is a sum along a last dim that is walked in blocks, because it is too long to be kept whole, and a streaming softmax.
 */
