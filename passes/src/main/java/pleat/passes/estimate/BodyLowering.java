package pleat.passes.estimate;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import pleat.ir.index.Access;
import pleat.ir.index.Equation;
import pleat.ir.index.Scalar;
import pleat.ir.index.Scalar.Fn1;
import pleat.ir.index.Scalar.Fn2;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.type.DType;
import pleat.passes.Uses;

/** The body of an equation as ops on whole tensors: one for each function in it, in the order in which it is evaluated. */
final class BodyLowering {
    private final Equation equation;
    private final Op.Compute op;
    private final Map<Value, Tensor> tensors;
    private final Set<Value> weights;
    private final DType storage;
    private final List<EagerOp> ops;

    BodyLowering(Op.Compute op, Map<Value, Tensor> tensors, Set<Value> weights, DType storage, List<EagerOp> ops) {
        this.equation = op.equation();
        this.op = op;
        this.tensors = tensors;
        this.weights = weights;
        this.storage = storage;
        this.ops = ops;
    }

    /**
     * A part of the body.
     *
     * @param axes of its elements, from the outermost
     */
    private record Part(Tensor tensor, List<Integer> axes) {}

    /** One factor of a product. */
    record Side(Tensor tensor, Access access, boolean isWeight) {
        /** What the product reads, which is less than there is where it reads a slice. */
        Extent extent(Op.Compute op) {
            return new Extent.Box(op, ImmutableList.copyOf(ProductForm.order(op.equation(), access)));
        }
    }

    Tensor lower(Uses uses) {
        var write = ProductForm.order(equation, equation.write());
        var part = part(equation.body());
        if (part.isEmpty()) {
            return emit(new EagerOp.Kind.Map(), List.of(), List.of(), write).tensor();
        }
        var found = part.get();
        if (!equation.isMap()) {
            return emit(new EagerOp.Kind.Sum(), List.of(found), List.of(), write).tensor();
        }
        return isSubsequence(found.axes(), write) ? found.tensor() : emit(new EagerOp.Kind.Copy(), List.of(found), List.of(), write).tensor();
    }

    /** The two sides of a sum of products; further factors are multiplied into the first side that has their axes. */
    static List<Side> factors(Op.Compute op, Map<Value, Tensor> tensors, Set<Value> weights, DType storage, List<EagerOp> ops) {
        var lowering = new BodyLowering(op, tensors, weights, storage, ops);
        var sides = new ArrayList<Side>();
        for (int r = 0; r < op.operands().size(); r++) {
            var value = op.operands().get(r);
            sides.add(new Side(tensors.get(value), op.equation().reads().get(r), weights.contains(value)));
        }
        while (sides.size() > 2) {
            lowering.merge(sides);
        }
        return sides.size() == 2 ? sides : List.of(sides.getFirst(), sides.getFirst());
    }

    /** Multiplies the smallest side into the largest. */
    private void merge(List<Side> sides) {
        var smallest = sides.stream().reduce((a, b) -> b.tensor().elements() < a.tensor().elements() ? b : a).orElseThrow();
        sides.remove(smallest);
        var largest = sides.stream().reduce((a, b) -> b.tensor().elements() > a.tensor().elements() ? b : a).orElseThrow();
        var axes = ProductForm.order(equation, largest.access());
        var product = emit(new EagerOp.Kind.Map(), List.of(new Part(largest.tensor(), axes), new Part(smallest.tensor(), List.of())),
                List.of(largest.tensor(), smallest.tensor()), axes);
        sides.set(sides.indexOf(largest), new Side(product.tensor(), largest.access(), false));
    }

    /** Empty for what is a number. */
    private Optional<Part> part(Scalar node) {
        return switch (node) {
            case Scalar.Const _, Scalar.Position _, Scalar.Extent _ -> Optional.empty();
            case Scalar.Read(int read) -> Optional.of(new Part(tensors.get(op.operands().get(read)), ProductForm.order(equation, equation.reads().get(read))));
            case Scalar.Unary(Fn1 fn, Scalar operand) -> part(operand).map(part -> unary(fn, part));
            case Scalar.Binary(Fn2 fn, Scalar left, Scalar right) -> binary(fn, part(left), part(right));
            case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) -> {
                var parts = Stream.of(condition, then, otherwise).map(this::part).flatMap(Optional::stream).toList();
                yield parts.isEmpty() ? Optional.empty() : Optional.of(map(parts, parts.stream().limit(1).map(Part::tensor).toList()));
            }
        };
    }

    private Part unary(Fn1 fn, Part part) {
        return switch (fn) {
            case STOP -> new Part(new Tensor(part.tensor().name(), new Extent.Nothing(), 1, false), part.axes());
            case NEG, FLOOR, STEP -> map(List.of(part), List.of());
            case ABS, LOG, SIN, COS -> map(List.of(part), List.of(part.tensor()));
            case EXP, SQRT, RSQRT, SIGMOID, TANH -> mapKeepingResult(List.of(part));
        };
    }

    private Optional<Part> binary(Fn2 fn, Optional<Part> left, Optional<Part> right) {
        if (left.isEmpty() || right.isEmpty()) {
            return left.or(() -> right).map(part -> withNumber(fn, part));
        }
        var parts = List.of(aligned(left.get()), aligned(right.get()));
        var both = parts.stream().map(Part::tensor).toList();
        return Optional.of(switch (fn) {
            case ADD, SUB -> sum(parts);
            case LT, LE, EQ -> map(parts, List.of());
            case MUL, DIV, MAX, MIN, POW -> map(parts, both);
        });
    }

    private Part sum(List<Part> parts) {
        var bias = parts.stream().filter(part -> part.tensor().elements() < 1 << 20 && isVector(part)).findFirst();
        var other = bias.map(vector -> parts.get(1 - parts.indexOf(vector)));
        // A product adds a vector of weights to its rows by itself.
        if (other.isPresent() && !ops.isEmpty() && ops.getLast().result() == other.get().tensor()
                && ops.getLast().kind() instanceof EagerOp.Kind.Product) {
            return other.get();
        }
        return emit(new EagerOp.Kind.Add(), parts, List.of(), box(parts));
    }

    private boolean isVector(Part part) {
        return op.operands().stream().anyMatch(value -> tensors.get(value) == part.tensor() && weights.contains(value) && value.type().rank() == 1);
    }

    private Part withNumber(Fn2 fn, Part part) {
        return switch (fn) {
            case ADD, SUB -> emit(new EagerOp.Kind.Add(), List.of(part), List.of(), part.axes());
            case MUL, DIV, LT, LE, EQ -> map(List.of(part), List.of());
            case MAX, MIN -> mapKeepingResult(List.of(part));
            case POW -> map(List.of(part), List.of(part.tensor()));
        };
    }

    /** The part itself if its elements come in the order of the result's, or a copy of it that does. */
    private Part aligned(Part part) {
        var write = ProductForm.order(equation, equation.write());
        var axes = write.stream().filter(part.axes()::contains).toList();
        return !equation.isMap() || isSubsequence(part.axes(), write) ? part : emit(new EagerOp.Kind.Copy(), List.of(part), List.of(), axes);
    }

    private static boolean isSubsequence(List<Integer> axes, List<Integer> write) {
        return write.stream().filter(axes::contains).toList().equals(axes.stream().filter(write::contains).toList());
    }

    private Part map(List<Part> parts, List<Tensor> kept) {
        return emit(new EagerOp.Kind.Map(), parts, kept, box(parts));
    }

    private Part mapKeepingResult(List<Part> parts) {
        var axes = box(parts);
        var result = result(parts, axes);
        ops.add(new EagerOp(new EagerOp.Kind.Map(), tensors(parts), result, result.needsGradient() ? ImmutableList.of(result) : ImmutableList.of(), op));
        return new Part(result, axes);
    }

    /** The axes of several parts, in the order of the equation's result. */
    private List<Integer> box(List<Part> parts) {
        var axes = new LinkedHashSet<Integer>();
        if (parts.size() == 1) {
            return parts.getFirst().axes();
        }
        ProductForm.order(equation, equation.write()).stream().filter(axis -> parts.stream().anyMatch(part -> part.axes().contains(axis))).forEach(axes::add);
        parts.forEach(part -> axes.addAll(part.axes()));
        return List.copyOf(axes);
    }

    private Part emit(EagerOp.Kind kind, List<Part> parts, List<Tensor> kept, List<Integer> axes) {
        var result = result(parts, axes);
        ops.add(new EagerOp(kind, tensors(parts), result, result.needsGradient() ? ImmutableList.copyOf(kept) : ImmutableList.of(), op));
        return new Part(result, axes);
    }

    private Tensor result(List<Part> parts, List<Integer> axes) {
        return Tensor.from(op.result().name(), new Extent.Box(op, ImmutableList.copyOf(axes)), storage.bytes(), parts.stream().map(Part::tensor).toList());
    }

    private static ImmutableList<Tensor> tensors(List<Part> parts) {
        return parts.stream().map(Part::tensor).collect(ImmutableList.toImmutableList());
    }
}
