package pleat.passes;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import pleat.ir.derive.Derived;
import pleat.ir.derive.Fusion;
import pleat.ir.derive.Normalize;
import pleat.ir.derive.Subscripts;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/**
 * Gives a value one dim per digit where it is read or written as {@code h*32 + c}, if all who touch it agree on the digits.
 * Readers come before producers, so a split moves up through maps to the contraction that makes the elements.
 */
final class SplitDims {
    private List<Op> body;
    private final List<Value> results;
    private Uses uses;

    private SplitDims(Function function) {
        this.body = new ArrayList<>(function.body());
        this.results = function.results();
        this.uses = Uses.of(body, results);
    }

    static Function run(Function function) {
        var split = new SplitDims(function);
        for (int at = split.body.size() - 1; at >= 0; at--) {
            while (split.splitOneDim(at)) {
                // Each round adds a dim to the value, and digits are finite.
            }
        }
        return Rebuild.function(function, split.body, value -> value);
    }

    private boolean splitOneDim(int at) {
        if (!(body.get(at) instanceof Op.Compute producer)) {
            return false;
        }
        if (!uses.isReadByEquationsOnly(producer.result())) {
            return false;
        }
        var readers = uses.equations(producer.result());
        for (int dim = 0; dim < producer.result().type().rank(); dim++) {
            var digits = commonDigits(producer, readers, dim);
            if (digits.isPresent() && replace(producer, readers, dim, digits.get())) {
                return true;
            }
        }
        return false;
    }

    /** The digits that the producer or some reader sees in a dim, if there are several and all who see several see the same. */
    private static Optional<List<Axis>> commonDigits(Op.Compute producer, List<Op.Compute> readers, int dim) {
        Set<List<Dim>> seen = new LinkedHashSet<>();
        List<Axis> found = null;
        var touches = new ArrayList<Touch>(List.of(new Touch(producer, producer.equation().write())));
        readers.forEach(reader -> touches.addAll(Touch.reads(reader, producer.result())));
        for (Touch touch : touches) {
            var digits = touch.digits(dim, producer.result().type().dims().get(dim));
            if (digits.isEmpty() || touch.access().guarded() || digits.size() == 1 && !touch.canSplit(producer)) {
                return Optional.empty();
            }
            if (digits.size() > 1) {
                seen.add(touch.extents(dim, producer.result().type().dims().get(dim)));
                found = digits;
            }
        }
        return seen.size() == 1 ? Optional.of(found) : Optional.empty();
    }

    /** One place where an equation reads or writes the value. */
    private record Touch(Op.Compute op, Access access) {
        static List<Touch> reads(Op.Compute reader, Value value) {
            var touches = new ArrayList<Touch>();
            for (int r = 0; r < reader.operands().size(); r++) {
                if (reader.operands().get(r) == value) {
                    touches.add(new Touch(reader, reader.equation().reads().get(r)));
                }
            }
            return touches;
        }

        List<Axis> digits(int dim, Dim extent) {
            var axes = op.equation().axes();
            return Subscripts.digits(access.subscripts().get(dim), axes, extent).orElse(ImmutableList.of()).stream()
                    .map(t -> axes.get(t.axis()))
                    .toList();
        }

        List<Dim> extents(int dim, Dim extent) {
            return digits(dim, extent).stream().map(Axis::extent).toList();
        }

        /** A map that reads at a bare axis would only pass the digits on to its own result. */
        boolean canSplit(Op.Compute producer) {
            return op == producer || !op.equation().isMap();
        }
    }

    private boolean replace(Op.Compute producer, List<Op.Compute> readers, int dim, List<Axis> digits) {
        var old = producer.result();
        var dims = new ArrayList<>(old.type().dims());
        dims.remove(dim);
        dims.addAll(dim, digits.stream().map(Axis::extent).toList());
        var value = new Value(old.name(), new TensorType(old.type().dtype(), ImmutableList.copyOf(dims)));
        var rewritten = new ArrayList<>(body);
        var newProducer = splitWrite(producer, value, dim, digits);
        if (newProducer.isEmpty()) {
            return false;
        }
        rewritten.set(body.indexOf(producer), newProducer.get());
        for (Op.Compute reader : readers) {
            var newReader = splitReads(reader, old, value, dim, digits);
            if (newReader.isEmpty()) {
                return false;
            }
            rewritten.set(body.indexOf(reader), newReader.get());
        }
        body = rewritten;
        uses = Uses.of(body, results);
        return true;
    }

    private static Optional<Op.Compute> splitWrite(Op.Compute producer, Value value, int dim, List<Axis> digits) {
        return splitBareAxis(producer, producer.equation().write().subscripts().get(dim), digits).map(split -> {
            var equation = split.equation();
            var write = splitSubscript(equation.write(), dim, equation.axes(), producer.equation().dims().get(dim));
            var next = new Equation(equation.axes(), equation.reads(), new Equation.Target(write, value.type().dims()),
                    equation.reduction(),
                    equation.body());
            return Normalize.of(new Op.Compute(value, next, split.operands(), split.location()));
        });
    }

    private static Optional<Op.Compute> splitReads(Op.Compute reader, Value old, Value value, int dim, List<Axis> digits) {
        var current = reader;
        for (int r = 0; r < reader.operands().size(); r++) {
            if (reader.operands().get(r) == old) {
                var split = splitBareAxis(current, current.equation().reads().get(r).subscripts().get(dim), digits);
                if (split.isEmpty()) {
                    return Optional.empty();
                }
                current = split.get();
            }
        }
        var equation = current.equation();
        // A split of an axis shows in every read that uses it: x[i, k] * x[i*4 + j, k] cannot have both.
        var extents = digits.stream().map(Axis::extent).toList();
        if (!Touch.reads(current, old).stream().allMatch(touch -> touch.extents(dim, old.type().dims().get(dim))
                .equals(extents))) {
            return Optional.empty();
        }
        var reads = ImmutableList.<Access>builder();
        for (int r = 0; r < equation.reads().size(); r++) {
            var access = equation.reads().get(r);
            reads.add(current.operands().get(r) == old ? splitSubscript(access, dim, equation.axes(), old.type().dims().get(dim))
                    : access);
        }
        var next = new Equation(equation.axes(), reads.build(), equation.target(), equation.reduction(), equation.body());
        return Optional.of(Normalize.of(new Op.Compute(reader.result(), next,
                Rebuild.values(reader.operands(), operand -> operand == old ? value : operand), reader.location())));
    }

    /** The op with the axis of a bare subscript split; the same op where the subscript has digits already. */
    private static Optional<Op.Compute> splitBareAxis(Op.Compute op, Index subscript, List<Axis> digits) {
        if (subscript.bareAxis().isEmpty()) {
            return Optional.of(op);
        }
        return switch (Fusion.splitAxis(op, subscript.bareAxis().getAsInt(), digits)) {
            case Derived.Yes<Op.Compute>(Op.Compute split) -> Optional.of(split);
            case Derived.No<Op.Compute> _ -> Optional.empty();
        };
    }

    /** {@code x[i, h*32 + c] -> x[i, h, c]}. */
    private static Access splitSubscript(Access access, int dim, List<Axis> axes, Dim extent) {
        var subscripts = new ArrayList<>(access.subscripts());
        var digits = Subscripts.digits(subscripts.remove(dim), axes, extent).orElseThrow();
        subscripts.addAll(dim, digits.stream().map(t -> Index.axis(t.axis())).toList());
        return new Access(ImmutableList.copyOf(subscripts), access.guarded());
    }
}
