package pleat.passes.tile;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import pleat.ir.index.Access;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.KernelAxis;
import pleat.ir.kernel.Layout;
import pleat.ir.kernel.Tile;
import pleat.ir.kernel.TileOp;
import pleat.ir.tensor.Op.Compute;
import pleat.ir.tensor.Value;
import pleat.passes.tile.LoopNest.Place;

/** Writes the tile program of a group: loads what comes from outside, computes the equations block by block, stores what escapes. */
final class KernelBuilder {

    /** A kernel and the values that its parameters stand for, in order. */
    record Built(Kernel kernel, ImmutableList<Value> arguments) {}

    private record LoadKey(Value value, Access access) {}

    private final Group group;
    private final TileShape shape;
    private final ImmutableMap<Integer, Integer> kernelAxis;
    private final Map<Value, Kernel.Mode> parameters = new LinkedHashMap<>();
    private final Map<Value, Integer> positions = new LinkedHashMap<>();
    private final Map<LoadKey, Tile> loads = new LinkedHashMap<>();
    private final Map<Value, Tile> tiles = new LinkedHashMap<>();
    private final List<TileOp> before = new ArrayList<>();
    private final List<TileOp> inside = new ArrayList<>();
    private final List<TileOp> after = new ArrayList<>();
    private final List<TileOp.Carry> carries = new ArrayList<>();
    private Optional<Running> running = Optional.empty();

    /**
     * The maximum of a streaming loop.
     *
     * @param result its value after the last iteration
     * @param correction {@code exp(old - new)} of the current iteration
     */
    private record Running(int op, Tile result, Tile correction) {}

    private KernelBuilder(Group group, TileShape shape) {
        this.group = group;
        this.shape = shape;
        var order = ImmutableMap.<Integer, Integer>builder();
        int position = 0;
        for (int axisClass : shape.axes().keySet()) {
            order.put(axisClass, position++);
        }
        kernelAxis = order.build();
    }

    /** @param layout how each value lies in memory */
    static Built build(String name, Group group, TileShape shape, Function<Value, Layout> layout) {
        return new KernelBuilder(group, shape).run(name, layout);
    }

    private Built run(String name, Function<Value, Layout> layout) {
        for (Place place : Place.values()) {
            for (int o = 0; o < group.ops().size(); o++) {
                if (shape.nest().places().get(o) == place) {
                    emit(o, place);
                }
            }
            if (place == Place.INSIDE) {
                running.ifPresent(max -> define(max.op(), max.result(), after));
            }
        }
        var body = new ArrayList<>(before);
        if (!shape.nest().classes().isEmpty()) {
            body.addAll(nest());
        }
        body.addAll(after);
        var ordered = parameters.keySet().stream().sorted((a, b) -> parameters.get(a).compareTo(parameters.get(b))).toList();
        var renumber = new LinkedHashMap<Integer, Integer>();
        ordered.forEach(value -> renumber.put(positions.get(value), renumber.size()));
        var declared = ordered.stream().map(v -> new Kernel.Parameter(v.name(), v.type(), layout.apply(v), parameters.get(v)))
                .collect(ImmutableList.toImmutableList());
        var axes = ImmutableList.<KernelAxis>copyOf(shape.axes().values());
        return new Built(new Kernel(name, declared, axes, renumbered(body, renumber)), ImmutableList.copyOf(ordered));
    }

    private static ImmutableList<TileOp> renumbered(List<TileOp> ops, Map<Integer, Integer> buffers) {
        return ops.stream().map(op -> switch (op) {
            case TileOp.Load(Tile result, int buffer, Access access) -> new TileOp.Load(result, buffers.get(buffer), access);
            case TileOp.Gather(Tile result, int buffer, Tile index, Access access) -> new TileOp.Gather(result, buffers.get(buffer), index, access);
            case TileOp.Store(int buffer, Access access, Tile value) -> new TileOp.Store(buffers.get(buffer), access, value);
            case TileOp.Loop(int axis, ImmutableList<TileOp.Carry> carries, ImmutableList<TileOp> body) -> new TileOp.Loop(axis, carries,
                    renumbered(body, buffers));
            case TileOp.Compute compute -> compute;
            case TileOp.Scatter _, TileOp.Random _ -> throw new IllegalStateException("`" + op + "` has a program of its own");
        }).collect(ImmutableList.toImmutableList());
    }

    private List<TileOp> at(Place place) {
        return switch (place) {
            case BEFORE -> before;
            case INSIDE -> inside;
            case AFTER -> after;
        };
    }

    private void emit(int o, Place place) {
        var op = group.ops().get(o);
        boolean accumulates = group.classes().reduced(o).stream().anyMatch(shape.nest().classes()::contains);
        if (accumulates) {
            accumulate(o, op);
        } else {
            var unscaled = reduce(o, at(place), place, Optional.empty(), op.result().name());
            define(o, scaled(o, at(place), place, unscaled), at(place));
        }
    }

    private void define(int o, Tile tile, List<TileOp> where) {
        var op = group.ops().get(o);
        tiles.put(op.result(), tile);
        if (group.escaping().contains(op.result())) {
            where.add(new TileOp.Store(parameter(op.result(), Kernel.Mode.OUT), onKernelAxes(o, op.equation().write()), tile));
        }
    }

    /** An equation that reduces over the loop: it continues from what the past iterations left. */
    private void accumulate(int o, Compute op) {
        var name = op.result().name();
        var axes = resultAxes(o, op.equation());
        var init = new Tile(name + ".init", axes);
        var entry = new Tile(name + ".in", axes);
        var result = new Tile(name, axes);
        before.add(new TileOp.Compute(init, ImmutableList.of(), Reduction.NONE, Scalar.of(op.equation().reduction().identity()), Optional.empty()));
        var streaming = shape.nest().streaming();
        boolean isRescaled = streaming.isPresent() && streaming.get().rescaled().contains(o);
        var start = isRescaled ? rescale(entry, axes, name) : entry;
        var next = reduce(o, inside, Place.INSIDE, Optional.of(start), name + ".next");
        carries.add(new TileOp.Carry(init, entry, next, result));
        if (streaming.isPresent() && streaming.get().maximum() == o) {
            tiles.put(op.result(), next);
            var factor = new Tile(name + ".correction", axes);
            inside.add(new TileOp.Compute(factor, ImmutableList.of(entry, next), Reduction.NONE,
                    Scalar.read(0).minus(Scalar.read(1)).apply(Scalar.Fn1.EXP), Optional.empty()));
            running = Optional.of(new Running(o, result, factor));
        } else {
            define(o, scaled(o, after, Place.AFTER, result), after);
        }
    }

    private Tile rescale(Tile entry, ImmutableList<Integer> axes, String name) {
        var rescaled = new Tile(name + ".rescaled", axes);
        inside.add(new TileOp.Compute(rescaled, ImmutableList.of(entry, running.orElseThrow().correction()), Reduction.NONE,
                Scalar.read(0).times(Scalar.read(1)), Optional.empty()));
        return rescaled;
    }

    /** The reduction of an equation without the factors that can wait until it is finished. */
    private Tile reduce(int o, List<TileOp> where, Place place, Optional<Tile> init, String name) {
        var equation = group.ops().get(o).equation();
        var result = new Tile(name, resultAxes(o, equation));
        var contraction = Contraction.of(equation);
        if (contraction.isEmpty()) {
            where.addAll(compute(o, result, equation.reduction(), equation.body(), init, place));
            return result;
        }
        var left = side(o, contraction.get().left(), where, place, name + ".left");
        var right = side(o, contraction.get().right(), where, place, name + ".right");
        where.add(new TileOp.Compute(result, ImmutableList.of(left, right), Reduction.SUM, Scalar.read(0).times(Scalar.read(1)), init));
        return result;
    }

    private Tile scaled(int o, List<TileOp> where, Place place, Tile unscaled) {
        var scale = Contraction.of(group.ops().get(o).equation()).map(Contraction::scale).orElse(ImmutableList.of());
        if (scale.isEmpty()) {
            return unscaled;
        }
        var factor = new TileReads(o, place);
        var body = factor.rewrite(Contraction.product(scale));
        var operands = ImmutableList.<Tile>builder().addAll(factor.operands()).add(unscaled).build();
        var result = new Tile(group.ops().get(o).result().name(), unscaled.axes());
        where.add(new TileOp.Compute(result, operands, Reduction.NONE, body.times(Scalar.read(operands.size() - 1)), Optional.empty()));
        return result;
    }

    private Tile side(int o, ImmutableList<Scalar> factors, List<TileOp> where, Place place, String name) {
        if (factors.size() == 1 && factors.getFirst() instanceof Scalar.Read(int read)) {
            return operand(o, read, place);
        }
        var equation = group.ops().get(o).equation();
        var product = Contraction.product(factors);
        var axes = Contraction.axesOf(product, equation).stream().map(a -> axisOf(o, a)).collect(ImmutableList.toImmutableList());
        var result = new Tile(name, axes);
        where.addAll(compute(o, result, Reduction.NONE, product, Optional.empty(), place));
        return result;
    }

    private List<TileOp> compute(int o, Tile result, Reduction reduction, Scalar body, Optional<Tile> init, Place place) {
        var reads = new TileReads(o, place);
        var onTiles = reads.rewrite(body);
        var operands = new ArrayList<>(reads.operands());
        var axes = new LinkedHashSet<>(result.axes());
        operands.forEach(operand -> axes.addAll(operand.axes()));
        var steps = new ArrayList<TileOp>();
        // A step reduces over axes of its operands: the position along another axis, or the bare fact that a sum has that many terms, is one.
        var along = new LinkedHashMap<Integer, Scalar>();
        var complete = onTiles.rewrite(node -> node instanceof Scalar.Position(int axis) && !axes.contains(axis)
                ? along.computeIfAbsent(axis, _ -> operandAlong(result.name() + ".position", axis, node, steps, operands)) : node);
        if (reduction instanceof Reduction.Sum) {
            for (int reduced : group.ops().get(o).equation().reducedAxes()) {
                int axis = axisOf(o, reduced);
                if (!axes.contains(axis) && !along.containsKey(axis)) {
                    complete = complete.times(operandAlong(result.name() + ".ones", axis, Scalar.of(1), steps, operands));
                }
            }
        }
        steps.add(new TileOp.Compute(result, ImmutableList.copyOf(operands), reduction, complete, init));
        return steps;
    }

    private static Scalar operandAlong(String name, int axis, Scalar body, List<TileOp> steps, List<Tile> operands) {
        var tile = new Tile(name, List.of(axis));
        steps.add(new TileOp.Compute(tile, ImmutableList.of(), Reduction.NONE, body, Optional.empty()));
        operands.add(tile);
        return Scalar.read(operands.size() - 1);
    }

    private ImmutableList<Integer> resultAxes(int o, Equation equation) {
        var axes = ImmutableList.<Integer>builder();
        for (int a = 0; a < equation.axes().size(); a++) {
            if (!equation.isReduced(a)) {
                axes.add(axisOf(o, a));
            }
        }
        return axes.build();
    }

    private int axisOf(int o, int axis) {
        return kernelAxis.get(group.classes().of(o, axis));
    }

    private Access onKernelAxes(int o, Access access) {
        return access.substitute(axis -> Index.axis(axisOf(o, axis)));
    }

    private int parameter(Value value, Kernel.Mode mode) {
        parameters.put(value, mode);
        return positions.computeIfAbsent(value, _ -> positions.size());
    }

    /** The tile that a read of an equation finds: made in the group, or loaded. */
    private Tile operand(int o, int read, Place place) {
        var op = group.ops().get(o);
        var value = op.operands().get(read);
        var made = tiles.get(value);
        return made != null ? made : load(value, onKernelAxes(o, op.equation().reads().get(read)), place);
    }

    private Tile load(Value value, Access access, Place place) {
        return loads.computeIfAbsent(new LoadKey(value, access), _ -> {
            var axes = new LinkedHashSet<Integer>();
            access.subscripts().forEach(s -> s.terms().reversed().stream().sorted((a, b) -> Long.compare(b.coefficient(), a.coefficient()))
                    .forEach(t -> axes.add(t.axis())));
            var tile = new Tile(value.name(), axes);
            boolean moves = axes.stream().anyMatch(a -> shape.axes().values().asList().get(a).role() == KernelAxis.Role.LOOP);
            var where = moves ? inside : place == Place.AFTER ? after : before;
            where.add(new TileOp.Load(tile, parameter(value, Kernel.Mode.IN), access));
            return tile;
        });
    }

    private List<TileOp> nest() {
        var classes = shape.nest().classes();
        List<TileOp> body = inside;
        ImmutableList<TileOp.Carry> current = ImmutableList.copyOf(carries);
        for (int depth = classes.size() - 1; depth > 0; depth--) {
            // An inner loop continues from the outer iteration and hands its results to the outer loop.
            var outer = ImmutableList.<TileOp.Carry>builder();
            var inner = ImmutableList.<TileOp.Carry>builder();
            for (var carry : current) {
                var entry = new Tile(carry.entry().name() + ".outer", carry.entry().axes());
                var next = new Tile(carry.next().name() + ".outer", carry.next().axes());
                outer.add(new TileOp.Carry(carry.init(), entry, next, carry.result()));
                inner.add(new TileOp.Carry(entry, carry.entry(), carry.next(), next));
            }
            body = List.of(new TileOp.Loop(kernelAxis.get(classes.get(depth)), inner.build(), ImmutableList.copyOf(body)));
            current = outer.build();
        }
        return List.of(new TileOp.Loop(kernelAxis.get(classes.getFirst()), current, ImmutableList.copyOf(body)));
    }

    /** Collects the tiles that a body reads while its reads are renumbered. */
    private final class TileReads {
        private final int op;
        private final Place place;
        private final List<Tile> operands = new ArrayList<>();

        TileReads(int op, Place place) {
            this.op = op;
            this.place = place;
        }

        Scalar rewrite(Scalar body) {
            return body.rewrite(node -> switch (node) {
                case Scalar.Read(int read) -> {
                    var tile = operand(op, read, place);
                    int known = operands.indexOf(tile);
                    if (known < 0) {
                        operands.add(tile);
                    }
                    yield Scalar.read(known < 0 ? operands.size() - 1 : known);
                }
                case Scalar.Position(int axis) -> new Scalar.Position(axisOf(op, axis));
                case Scalar.Extent(int axis) -> Scalar.of(group.ops().get(op).equation().axes().get(axis).extent().known());
                case Scalar.Const _, Scalar.Unary _, Scalar.Binary _, Scalar.Select _ -> node;
            });
        }

        ImmutableList<Tile> operands() {
            return ImmutableList.copyOf(operands);
        }
    }
}
