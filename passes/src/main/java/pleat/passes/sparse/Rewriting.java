package pleat.passes.sparse;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import pleat.ir.derive.Simplify;
import pleat.ir.derive.Substitute;
import pleat.ir.derive.Subscripts;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;
import pleat.passes.Rebuild;
import pleat.passes.Uses;

/** Puts the equations of a region on the keys of a pattern: rows become digits, keys an affine image of them and of t. */
final class Rewriting {
    private final Function function;
    private final Region region;
    private final Pattern pattern;
    private final Op.Compute masked;
    private final Map<Value, Value> blocked = new LinkedHashMap<>();
    private final Uses uses;

    private Rewriting(Function function, Region region, Pattern pattern, Op.Compute masked) {
        this.function = function;
        this.region = region;
        this.pattern = pattern;
        this.masked = masked;
        this.uses = Uses.of(function);
    }

    static Function run(Function function, Region region, Pattern pattern, Op.Compute masked) {
        return new Rewriting(function, region, pattern, masked).run();
    }

    private Function run() {
        var body = new ArrayList<Op>();
        for (Op op : function.body()) {
            if (op instanceof Op.Compute compute && region.members().containsKey(compute)) {
                body.add(rewritten(compute));
                if (blocked.containsKey(compute.result()) && isReadOutside(compute.result())) {
                    body.addAll(inRows(compute));
                }
            } else {
                body.add(op);
            }
        }
        return Rebuild.function(function, body, value -> value);
    }

    private boolean isReadOutside(Value value) {
        return uses.returned().contains(value) || uses.readers().get(value).stream()
                .anyMatch(op -> !(op instanceof Op.Compute compute) || !region.members().containsKey(compute) || !readsInBlocks(compute, value));
    }

    private boolean readsInBlocks(Op.Compute op, Value value) {
        return IntStream.range(0, op.operands().size()).filter(r -> op.operands().get(r) == value).allMatch(r -> isBlocked(op, r));
    }

    /** Whether a member finds an operand of the region by the same rows and keys. */
    private boolean isBlocked(Op.Compute op, int read) {
        var dims = region.dims().get(op.operands().get(read));
        var roles = region.members().get(op);
        var access = op.equation().reads().get(read);
        return dims != null && blocked.containsKey(op.operands().get(read)) && !access.guarded()
                && (dims.row() == Roles.NONE || access.subscripts().get(dims.row()).equals(Index.axis(roles.row())))
                && (dims.key() == Roles.NONE || access.subscripts().get(dims.key()).equals(Index.axis(roles.key())));
    }

    /** The axes of one equation, before and after. */
    private record Box(List<Axis> axes, Index[] values, ImmutableList<Integer> digits, int key) {}

    private Box box(Op.Compute op) {
        var roles = region.members().get(op);
        var axes = new ArrayList<>(op.equation().axes());
        var values = IntStream.range(0, axes.size()).mapToObj(Index::axis).toArray(Index[]::new);
        var digits = ImmutableList.<Integer>builder();
        for (int d = 0; roles.row() != Roles.NONE && d < pattern.digits().size(); d++) {
            var digit = pattern.digits().get(d);
            var axis = new Axis(d == 0 ? axes.get(roles.row()).name() : digit.name(), Dim.of(digit.extent()));
            digits.add(d == 0 ? roles.row() : axes.size());
            if (d == 0) {
                axes.set(roles.row(), axis);
            } else {
                axes.add(axis);
            }
        }
        var places = digits.build();
        if (!places.isEmpty()) {
            values[roles.row()] = pattern.row(places);
        }
        if (roles.key() != Roles.NONE) {
            axes.set(roles.key(), new Axis(axes.get(roles.key()).name(), Dim.of(pattern.keys())));
            values[roles.key()] = pattern.key(places, roles.key());
        }
        return new Box(axes, values, places, roles.key());
    }

    private Op.Compute rewritten(Op.Compute op) {
        var equation = op.equation();
        var box = box(op);
        var reads = ImmutableList.<Access>builder();
        var operands = ImmutableList.<Value>builder();
        for (int r = 0; r < op.operands().size(); r++) {
            var value = op.operands().get(r);
            var access = equation.reads().get(r);
            if (isBlocked(op, r)) {
                reads.add(new Access(subscripts(access, region.dims().get(value), box), false));
                operands.add(blocked.get(value));
            } else {
                var moved = access.substitute(axis -> box.values()[axis]);
                boolean inside = IntStream.range(0, moved.rank())
                        .allMatch(d -> Subscripts.isInside(moved.subscripts().get(d), box.axes(), value.type().dims().get(d)));
                reads.add(new Access(moved.subscripts(), moved.guarded() || !inside));
                operands.add(value);
            }
        }
        var kept = op == masked ? unmasked(op) : equation.body();
        var body = Substitute.body(kept, equation.axes(), box.axes(), axis -> box.values()[axis]).map(Linear::collected).orThrow();
        if (op == masked) {
            body = insideOnly(body, op, box);
        }
        var dims = region.dims().get(op.result());
        var write = dims == null ? equation.write().substitute(axis -> box.values()[axis])
                : Access.of(subscripts(equation.write(), dims, box));
        var result = result(op.result(), dims);
        var target = new Equation.Target(write, result.type().dims());
        var moved = new Equation(ImmutableList.copyOf(box.axes()), reads.build(), target, equation.reduction(), body);
        return Simplify.of(new Op.Compute(result, moved, operands.build(), op.location()));
    }

    /** Subscripts of a value of the region: its row dim becomes the digits. */
    private static ImmutableList<Index> subscripts(Access access, Roles.Dims dims, Box box) {
        var subscripts = ImmutableList.<Index>builder();
        for (int d = 0; d < access.rank(); d++) {
            if (d == dims.row() && !box.digits().isEmpty()) {
                box.digits().forEach(digit -> subscripts.add(Index.axis(digit)));
            } else if (d == dims.key()) {
                subscripts.add(Index.axis(box.key()));
            } else {
                subscripts.add(access.subscripts().get(d).substitute(axis -> box.values()[axis]));
            }
        }
        return subscripts.build();
    }

    /** The value on blocks; a result whose rows and keys stay as they are stays the same value. */
    private Value result(Value value, Roles.Dims dims) {
        boolean isSame = dims == null || dims.key() == Roles.NONE && (dims.row() == Roles.NONE || pattern.keepsRows());
        if (isSame) {
            if (dims != null) {
                blocked.put(value, value);
            }
            return value;
        }
        var extents = ImmutableList.<Dim>builder();
        for (int d = 0; d < value.type().rank(); d++) {
            if (d == dims.row() && !pattern.digits().isEmpty()) {
                pattern.digits().forEach(digit -> extents.add(Dim.of(digit.extent())));
            } else {
                extents.add(d == dims.key() ? Dim.of(pattern.keys()) : value.type().dims().get(d));
            }
        }
        var made = new Value(value.name() + "_windows", new TensorType(value.type().dtype(), extents.build()));
        blocked.put(value, made);
        return made;
    }

    /** The masked body without the mask, where every key of a window is kept. */
    private Scalar unmasked(Op.Compute op) {
        boolean isChoice = op.equation().body() instanceof Scalar.Select;
        return pattern.isExact() && isChoice ? PositionMask.kept(op.equation().body()) : op.equation().body();
    }

    /** Windows reach over the ends of the keys. */
    private Scalar insideOnly(Scalar body, Op.Compute op, Box box) {
        var extent = op.equation().axes().get(region.members().get(op).key()).extent();
        var inside = Subscripts.insideCondition(box.values()[region.members().get(op).key()], box.axes(), extent).orThrow();
        return new Scalar.Select(inside, body, Scalar.of(PositionMask.NEVER));
    }

    /** The blocks of a value side by side again, as it was before. */
    private List<Op> inRows(Op.Compute op) {
        var value = op.result();
        var made = blocked.get(value);
        if (made == value) {
            return List.of();
        }
        var dims = region.dims().get(value);
        var axes = IntStream.range(0, made.type().rank()).mapToObj(d -> new Axis("i", made.type().dims().get(d))).toList();
        var places = new ArrayList<Index>();
        int next = 0;
        for (int d = 0; d < value.type().rank(); d++) {
            if (d == dims.row()) {
                int first = next;
                places.add(pattern.row(IntStream.range(first, first + pattern.digits().size()).boxed().collect(ImmutableList.toImmutableList())));
                next += pattern.digits().size();
            } else {
                places.add(Index.axis(next++));
            }
        }
        long rows = pattern.digits().stream().mapToLong(Pattern.Digit::extent).reduce(1, (a, b) -> a * b);
        boolean isWhole = Dim.of(rows).equals(value.type().dims().get(dims.row()));
        var padded = new ArrayList<>(value.type().dims());
        padded.set(dims.row(), Dim.of(rows));
        var flat = isWhole ? value : new Value(value.name() + "_rows", new TensorType(value.type().dtype(), ImmutableList.copyOf(padded)));
        var move = new Equation(ImmutableList.copyOf(axes), ImmutableList.of(Access.bare(IntStream.range(0, axes.size()).toArray())),
                new Equation.Target(Access.of(places), flat.type().dims()), Reduction.NONE, Scalar.read(0));
        var ops = new ArrayList<Op>(List.of(Simplify.of(new Op.Compute(flat, move, ImmutableList.of(made), op.location()))));
        if (!isWhole) {
            var whole = value.type().dims().stream().map(dim -> new Axis("i", dim)).toList();
            var cut = Equation.of(whole, whole.size(), List.of(Access.bare(IntStream.range(0, whole.size()).toArray())), Reduction.NONE,
                    Scalar.read(0));
            ops.add(Simplify.of(new Op.Compute(value, cut, ImmutableList.of(flat), op.location())));
        }
        return ops;
    }
}
