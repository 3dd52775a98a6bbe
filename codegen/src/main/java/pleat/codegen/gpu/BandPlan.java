package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.KernelAxis;
import pleat.ir.kernel.Tile;
import pleat.ir.kernel.TileOp;
import pleat.ir.lane.LaneBuilder;

/**
 * Finds the {@link Band} that a program is: a chain of products and of what is done with their results along rows, where every step keeps the rows apart.
 * What is not, is done by general steps.
 */
final class BandPlan {
    /** Fewer rows leave most of a warp's without work. */
    private static final long LEAST_ROWS = 9;
    /** Registers of a lane that tiles may have at a time; the others are for what is on its way. */
    private static final int REGISTERS = 150;
    /** Where numbers are split into two for units of tf32. */
    private static final int REGISTERS_BESIDE_SPLIT = 144;
    /** With numbers that stay split. */
    private static final int REGISTERS_WITH_SPLIT = 160;
    /** Products of tiles that a warp may do for all that is written out: more makes code that does not fit where instructions are kept. */
    private static final long UNITS = 512;

    private final Kernel kernel;
    private final BlockAxes axes;
    private final int rows;
    private final TileReaders readers;
    private final Map<Tile, Expression> known = new IdentityHashMap<>();
    /** Tiles that a product made or that were computed from one that it made. */
    private final Set<Tile> fromProducts = Collections.newSetFromMap(new IdentityHashMap<>());
    private List<Band.Step> steps = new ArrayList<>();
    private boolean isChain;

    private BandPlan(Kernel kernel, int rows) {
        this.kernel = kernel;
        this.axes = new BlockAxes(kernel.axes(), new Ints(new LaneBuilder()));
        this.rows = rows;
        this.readers = new TileReaders(kernel.body());
    }

    /** @param budget bytes of shared memory to be used at most */
    static Optional<Band> of(Kernel kernel, long budget) {
        return IntStream.range(0, kernel.axes().size()).mapToObj(axis -> of(BandRows.widened(kernel, axis), axis, budget)).flatMap(Optional::stream).findFirst();
    }

    private static Optional<Band> of(Kernel kernel, int rows, long budget) {
        var plan = new BandPlan(kernel, rows);
        if (kernel.axes().get(rows).role() == KernelAxis.Role.LOOP || plan.axes.room(rows) < LEAST_ROWS
                || plan.axes.room(rows) > (long) Band.WARP_ROWS * WarpTiles.WARPS || !plan.all(kernel.body()) || !plan.isChain) {
            return Optional.empty();
        }
        var steps = ImmutableList.copyOf(plan.steps);
        var shape = new Band.Shape(kernel, plan.axes, rows, BandOrder.of(plan.axes, rows, steps));
        int partBytes = BandParts.bytes(shape, steps);
        boolean fits = (long) Band.PARTS * partBytes <= budget && units(plan.axes, steps) <= UNITS && plan.haveRegisters(steps);
        return fits ? Optional.of(new Band(shape, steps, partBytes)) : Optional.empty();
    }

    private boolean haveRegisters(List<Band.Step> all) {
        var registers = new BandRegisters(axes, rows, all);
        return registers.most() <= (BandOrder.hasSplit(all) ? REGISTERS_BESIDE_SPLIT : REGISTERS) && registers.mostSplit() <= REGISTERS_WITH_SPLIT;
    }

    private static long units(BlockAxes axes, List<Band.Step> steps) {
        return steps.stream().mapToLong(step -> switch (step) {
            case Band.Step.Multiply multiply -> (long) Band.tiles(axes, multiply.right().in().lines()) * Band.tiles(axes, multiply.right().in().words());
            case Band.Step.Loop loop -> units(axes, loop.body());
            case Band.Step.Keep _, Band.Step.Reduce _, Band.Step.Write _ -> 0;
        }).sum();
    }

    private boolean all(List<TileOp> body) {
        return body.stream().allMatch(this::plan);
    }

    /** Adds the steps of an op; false if a band cannot do it. */
    private boolean plan(TileOp op) {
        return switch (op) {
            case TileOp.Load(Tile result, int buffer, var access) -> kernel.parameters().get(buffer).mode() == Kernel.Mode.IN
                    && load(result, Expression.of(new Leaf.InBuffer(buffer, access)));
            case TileOp.Gather _, TileOp.Scatter _ -> false;
            case TileOp.Random(Tile result, int seed, long stream, var position) -> load(result, Expression.of(new Leaf.Drawn(seed, stream, position)));
            case TileOp.Compute compute -> compute(compute);
            case TileOp.Store(int buffer, var access, Tile value) -> {
                steps.add(new Band.Step.Write(columns(value), known.get(value), buffer, access));
                yield hasRows(value) && fits(known.get(value), columns(value));
            }
            case TileOp.Loop loop -> loop(loop);
        };
    }

    private boolean hasRows(Tile tile) {
        return tile.axes().contains(rows);
    }

    private ImmutableList<Integer> columns(Tile tile) {
        return Band.columns(axes, rows, tile.axes());
    }

    /** Read where it is wanted, if that is one place; else kept. */
    private boolean load(Tile tile, Expression value) {
        var of = readers.of(tile);
        boolean isOnce = of.size() == 1 && !(of.getFirst() instanceof TileOp.Loop) && readers.isBeside(tile, of.getFirst());
        if (hasRows(tile) && (!isOnce || columns(tile).isEmpty())) {
            return keep(tile, value);
        }
        known.put(tile, value);
        return true;
    }

    private boolean keep(Tile tile, Expression value) {
        steps.add(new Band.Step.Keep(tile, value));
        return fits(value, columns(tile)) && isRegular(columns(tile)) && define(tile, value);
    }

    /** @param value what it is computed from */
    private boolean define(Tile tile, Expression value) {
        if (isFromProduct(value)) {
            fromProducts.add(tile);
        }
        known.put(tile, Expression.of(new Leaf.InRegisters(tile)));
        return true;
    }

    private boolean isFromProduct(Expression value) {
        return value.leaves().stream().anyMatch(leaf -> leaf instanceof Leaf.InRegisters(Tile tile) && fromProducts.contains(tile));
    }

    /** Whether what it reads of kept tiles lies as columns do, or is one number for a row. */
    private boolean fits(Expression value, List<Integer> columns) {
        return value.leaves().stream().allMatch(leaf -> !(leaf instanceof Leaf.InRegisters(Tile tile)) || columns(tile).isEmpty()
                || columns(tile).equals(columns)) && readsKept(value).allMatch(this::hasRows);
    }

    private static Stream<Tile> readsKept(Expression value) {
        return value.leaves().stream().flatMap(leaf -> leaf instanceof Leaf.InRegisters(Tile tile) ? Stream.of(tile) : Stream.of());
    }

    /** Where several axes are columns together, none may have a short block: their numbers would have gaps. */
    private boolean isRegular(List<Integer> columns) {
        return columns.size() <= 1 || columns.stream().noneMatch(axes::isRagged);
    }

    private boolean compute(TileOp.Compute op) {
        var value = Expression.compose(op.body(), read -> known.get(op.operands().get(read)));
        if (op.reduction() instanceof Reduction.None) {
            if (hasRows(op.result()) && !(value.body() instanceof Scalar.Const)) {
                return keep(op.result(), value);
            }
            known.put(op.result(), value);
            return readsKept(value).findAny().isEmpty();
        }
        if (!hasRows(op.result())) {
            return false;
        }
        var reduced = new LinkedHashSet<Integer>();
        op.operands().forEach(tile -> reduced.addAll(tile.axes()));
        reduced.removeAll(op.result().axes());
        var init = op.init().map(known::get);
        boolean isInitFit = init.stream().allMatch(i -> fits(i, columns(op.result())));
        return isInitFit && (columns(op.result()).isEmpty() ? reduce(op, value, init) : multiply(op, value, ImmutableList.copyOf(reduced), init));
    }

    private boolean reduce(TileOp.Compute op, Expression value, Optional<Expression> init) {
        var columns = op.operands().stream().map(this::columns).filter(of -> !of.isEmpty()).findFirst().orElse(ImmutableList.of());
        var all = new LinkedHashSet<Integer>();
        op.operands().forEach(tile -> all.addAll(columns(tile)));
        if (!Set.copyOf(columns).equals(all) || !fits(value, columns) || !isRegular(columns)) {
            return false;
        }
        isChain |= isFromProduct(value);
        steps.add(new Band.Step.Reduce(op.result(), op.reduction(), columns, value, init));
        return define(op.result(), value);
    }

    private boolean multiply(TileOp.Compute op, Expression value, ImmutableList<Integer> reduced, Optional<Expression> init) {
        if (!(op.reduction() instanceof Reduction.Sum) || !(value.body() instanceof Scalar.Binary(var fn, Scalar one, Scalar other)) || fn != Scalar.Fn2.MUL) {
            return false;
        }
        var first = Product.part(value, one);
        var second = Product.part(value, other);
        boolean isTurned = Product.axes(second).contains(rows);
        var left = isTurned ? second : first;
        var right = isTurned ? first : second;
        var columns = columns(op.result());
        var depth = Band.columns(axes, rows, reduced);
        var ofLeft = Set.copyOf(Band.columns(axes, rows, List.copyOf(Product.axes(left))));
        var ofRight = Set.copyOf(Band.columns(axes, rows, List.copyOf(Product.axes(right))));
        var wanted = new LinkedHashSet<>(columns);
        wanted.addAll(depth);
        // The depth goes in the order in which the left factor is kept.
        var order = readsKept(left).map(this::columns).filter(of -> !of.isEmpty()).findFirst().orElse(depth);
        boolean isProduct = !depth.isEmpty() && Set.copyOf(depth).equals(ofLeft) && wanted.equals(ofRight) && !Product.axes(right).contains(rows)
                && Set.copyOf(order).equals(Set.copyOf(depth)) && fits(left, order) && isRegular(order) && isRegular(columns);
        if (!isProduct) {
            return false;
        }
        isChain |= isFromProduct(left);
        var factor = RightFactor.of(axes, kernel, right, fragments(op, value, right), new RightFactor.Sides(columns, order));
        steps.add(new Band.Step.Multiply(op.result(), left, order, factor, init));
        fromProducts.add(op.result());
        return define(op.result(), value);
    }

    // A right factor for units of tf32 lies as f16, unless f16 may not have it either.
    private Product.Fragments fragments(TileOp.Compute op, Expression value, Expression right) {
        var units = Product.fragments(kernel, op, value);
        return units == Product.Fragments.TF32 && LargeTiles.isLarge(kernel, right) ? Product.Fragments.TF32_TWICE : units;
    }

    private boolean loop(TileOp.Loop loop) {
        for (var carry : loop.carries()) {
            if (!hasRows(carry.entry()) || !fits(known.get(carry.init()), columns(carry.entry()))) {
                return false;
            }
            known.put(carry.entry(), Expression.of(new Leaf.InRegisters(carry.entry())));
            // What goes round may be from a product of the turn before.
            fromProducts.add(carry.entry());
        }
        var inits = loop.carries().stream().map(carry -> known.get(carry.init())).toList();
        var outer = steps;
        steps = new ArrayList<>();
        // A loop in a loop would bring its parts to where those of the outer one lie.
        boolean isPossible = all(loop.body()) && steps.stream().noneMatch(Band.Step.Loop.class::isInstance);
        var body = ImmutableList.copyOf(steps);
        steps = outer;
        if (!isPossible || !loop.carries().stream().allMatch(carry -> fits(known.get(carry.next()), columns(carry.entry())))) {
            return false;
        }
        var carries = ImmutableList.<Band.Carry>builder();
        for (int c = 0; c < inits.size(); c++) {
            var carry = loop.carries().get(c);
            carries.add(new Band.Carry(inits.get(c), carry.entry(), known.get(carry.next()), carry.result()));
            fromProducts.add(carry.result());
            known.put(carry.result(), Expression.of(new Leaf.InRegisters(carry.result())));
        }
        steps.add(new Band.Step.Loop(loop.axis(), carries.build(), body));
        return true;
    }
}
