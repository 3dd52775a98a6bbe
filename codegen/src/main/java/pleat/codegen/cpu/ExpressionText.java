package pleat.codegen.cpu;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import pleat.codegen.llvm.Lanes;
import pleat.ir.index.Scalar;

/**
 * Computes an expression at a point, or at a vector of neighbours along one axis. Parts that do not change along that axis are computed
 * once, by {@link #prepare}, before the loop over it.
 */
final class ExpressionText {
    private final KernelText k;
    private final Scalar body;
    private final List<LeafText> leaves = new ArrayList<>();
    private final int axis;
    private final int lanes;
    private final Map<Scalar, String> prepared = new LinkedHashMap<>();

    /** @param axis along which vectors lie; of no meaning if {@code lanes} is 1 */
    ExpressionText(KernelText k, Expression expression, int axis, int lanes) {
        this.k = k;
        this.body = expression.body();
        this.axis = axis;
        this.lanes = lanes;
        expression.leaves().forEach(leaf -> leaves.add(new LeafText(k, leaf)));
    }

    private boolean isVector() {
        return lanes > 1;
    }

    /** Computes what is the same for all points that differ from this one along the axis only. */
    void prepare(Point point) {
        prepared.clear();
        if (isVector()) {
            prepare(body, point, new LinkedHashMap<>());
        }
    }

    private void prepare(Scalar node, Point point, Map<Scalar, String> scalars) {
        if (node instanceof Scalar.Const || prepared.containsKey(node)) {
            return;
        }
        if (!varies(node)) {
            var arithmetic = new Arithmetic(k.module, k.f, Lanes.f32(1));
            prepared.put(node, splat(evaluate(node, point, scalars, arithmetic, "1")));
            return;
        }
        switch (node) {
            case Scalar.Const _, Scalar.Read _, Scalar.Position _, Scalar.Extent _ -> { }
            case Scalar.Unary(_, Scalar operand) -> prepare(operand, point, scalars);
            case Scalar.Binary(_, Scalar left, Scalar right) -> {
                prepare(left, point, scalars);
                prepare(right, point, scalars);
            }
            case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) -> {
                prepare(condition, point, scalars);
                prepare(then, point, scalars);
                prepare(otherwise, point, scalars);
            }
        }
    }

    private boolean varies(Scalar node) {
        var varies = new boolean[1];
        node.visit(part -> {
            switch (part) {
                case Scalar.Read(int read) -> varies[0] |= leaves.get(read).variesAlong(axis);
                case Scalar.Position(int position) -> varies[0] |= position == axis;
                case Scalar.Const _, Scalar.Extent _, Scalar.Unary _, Scalar.Binary _, Scalar.Select _ -> { }
            }
        });
        return varies[0];
    }

    private String splat(String scalar) {
        String first = k.f.let("insertelement <%d x float> poison, float %s, i64 0", lanes, scalar);
        return k.f.let("shufflevector <%1$d x float> %2$s, <%1$d x float> poison, <%1$d x i32> zeroinitializer", lanes, first);
    }

    /** The value at a point. */
    String scalar(Point point) {
        return evaluate(body, point, new LinkedHashMap<>(), new Arithmetic(k.module, k.f, Lanes.f32(1)), "1");
    }

    /** The values at a vector of points from this one on, of which {@code valid} exist. */
    String vector(Point point, String valid) {
        return evaluate(body, point, new LinkedHashMap<>(prepared), new Arithmetic(k.module, k.f, Lanes.f32(lanes)), valid);
    }

    /** The values of an expression with a single leaf, whose elements are given. */
    String vectorOf(String element, Point point) {
        var done = new LinkedHashMap<>(prepared);
        done.put(Scalar.read(0), element);
        return evaluate(body, point, done, new Arithmetic(k.module, k.f, Lanes.f32(lanes)), Integer.toString(lanes));
    }

    private String evaluate(Scalar node, Point point, Map<Scalar, String> done, Arithmetic arithmetic, String valid) {
        String known = done.get(node);
        if (known != null) {
            return known;
        }
        String value = switch (node) {
            case Scalar.Const(double constant) -> arithmetic.constant(constant);
            case Scalar.Read(int read) -> read(leaves.get(read), point, arithmetic.lanes(), valid);
            case Scalar.Position(int position) -> position(position, point, arithmetic.lanes());
            case Scalar.Extent(int extent) -> arithmetic.constant(k.space.axes().get(extent).extent());
            case Scalar.Unary(Scalar.Fn1 fn, Scalar operand) when fn == Scalar.Fn1.EXP && isNotPositive(operand) -> arithmetic
                    .expNotPositive(evaluate(operand, point, done, arithmetic, valid));
            case Scalar.Unary(Scalar.Fn1 fn, Scalar operand) -> arithmetic.apply(fn, evaluate(operand, point, done, arithmetic, valid));
            case Scalar.Binary(Scalar.Fn2 fn, Scalar left, Scalar right) -> arithmetic.apply(fn, evaluate(left, point, done, arithmetic, valid),
                    evaluate(right, point, done, arithmetic, valid));
            case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) -> arithmetic.select(
                    evaluate(condition, point, done, arithmetic, valid), evaluate(then, point, done, arithmetic, valid),
                    evaluate(otherwise, point, done, arithmetic, valid));
        };
        done.put(node, value);
        return value;
    }

    private static boolean isNotPositive(Scalar scalar) {
        return scalar instanceof Scalar.Binary(Scalar.Fn2 fn, _, Scalar.Const(double bound)) && fn == Scalar.Fn2.MIN && bound <= 0;
    }

    private String read(LeafText leaf, Point point, int width, String valid) {
        return width == 1 ? leaf.scalar(point) : leaf.variesAlong(axis) ? leaf.vector(point, axis, width, valid) : splat(leaf.scalar(point));
    }

    private String position(int which, Point point, int width) {
        String first = k.plus(k.start(which), point.at(which));
        String scalar = k.f.let("sitofp i64 %s to float", first);
        if (width == 1) {
            return scalar;
        }
        String all = splat(scalar);
        if (which != axis) {
            return all;
        }
        String steps = IntStream.range(0, width).mapToObj(i -> "float " + i + ".0").collect(Collectors.joining(", ", "<", ">"));
        return k.f.let("fadd <%d x float> %s, %s", width, all, steps);
    }
}
