package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import pleat.codegen.HostTarget;
import pleat.codegen.llvm.TileProduct;
import pleat.ir.index.Access;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.Tile;
import pleat.ir.kernel.TileOp;
import pleat.ir.type.DType;

/** Turns tile ops into steps: decides what is read in place, what is computed inside its reader, and what gets memory. */
final class TilePlan {

    /**
     * @param level how many leading grid axes a step depends on: it is repeated when one of their blocks changes
     */
    record Leveled(Step step, int level) {}

    private final Kernel kernel;
    private final BlockSpace space;
    private final FastPaths paths;
    private final TileOrders orders;
    private final ProductPlanner products;
    private final DeferralRule deferral;
    private final ShiftedExponentials exponentials;
    private final KnownTiles known;
    private final Staging staging;
    private final int lanes;
    private List<Leveled> steps = new ArrayList<>();

    private TilePlan(Kernel kernel, BlockSpace space, HostTarget target, FastPaths paths) {
        this.kernel = kernel;
        this.space = space;
        this.paths = paths;
        this.lanes = target.lanes();
        this.staging = new Staging(kernel, space, lanes);
        this.orders = TileOrders.of(kernel, space, paths);
        var uses = new TileUses(kernel.body());
        this.known = new KnownTiles(new KnownTiles.Rules(space, orders, uses, paths.reuse(), lanes));
        this.exponentials = new ShiftedExponentials(kernel.body());
        this.products = new ProductPlanner(kernel, space, target);
        this.deferral = new DeferralRule(kernel, space, orders, uses, TileProduct.panelColumns(target));
    }

    /** Steps in the order in which they run, those that depend on fewer grid axes first. */
    static ImmutableList<Leveled> of(Kernel kernel, BlockSpace space, HostTarget target, FastPaths paths) {
        var plan = new TilePlan(kernel, space, target, paths);
        kernel.body().forEach(plan::plan);
        return plan.steps.stream().sorted((a, b) -> Integer.compare(a.level, b.level)).collect(ImmutableList.toImmutableList());
    }

    private void plan(TileOp op) {
        switch (op) {
            case TileOp.Load load -> load(load);
            case TileOp.Gather gather -> gather(gather);
            case TileOp.Scatter scatter -> scatter(scatter);
            case TileOp.Random random -> random(random);
            case TileOp.Compute compute -> compute(compute);
            case TileOp.Store store -> store(store);
            case TileOp.Loop loop -> loop(loop);
        }
    }

    private void add(Step step, int level) {
        steps.add(new Leveled(step, paths.hoisting() ? level : space.rank()));
    }

    private void store(TileOp.Store store) {
        var value = known.of(store.value());
        int level = Math.max(value.level(), levelOf(axesWithStore(store)));
        var axes = store.value().axes();
        var target = LeafStrides.inPlace(new Leaf.InBuffer(store.buffer(), store.access()), kernel, space);
        var expression = value.expression();
        if (paths.vectors() && target.isPresent()) {
            expression = turned(axes, expression, target.get(), store.buffer(), level);
        }
        add(new Step.Write(axes, expression, store.buffer(), store.access()), level);
        known.consume(store.value());
    }

    /** The value in the order in which it is stored, if that is not the order in which it is best computed. */
    private Expression turned(ImmutableList<Integer> axes, Expression value, ImmutableList<Long> target, int buffer, int level) {
        var inner = axes.stream().filter(axis -> !space.isSingle(axis)).toList();
        var along = inner.stream().filter(axis -> target.get(axis) == 1).findFirst();
        var axis = VectorAxis.choose(inner, NestShape.Operands.of(value, Optional.of(target), kernel, space), space, lanes);
        if (along.isEmpty() || axis.isEmpty() || !VectorAxis.isApart(target, axis.get())) {
            return value.isLeaf() ? value : aligned(axes, value, Optional.of(target));
        }
        var result = value;
        if (!value.isLeaf()) {
            var order = new ArrayList<>(inner);
            order.remove(axis.get());
            order.add(axis.get());
            result = filled(staging.padded("value", order), axes, aligned(axes, value, Optional.empty()), level);
        }
        if (kernel.parameters().get(buffer).type().dtype() != DType.F32) {
            var order = new ArrayList<>(inner);
            order.remove(along.get());
            order.add(along.get());
            result = filled(staging.padded("turned", order), axes, result, level);
        }
        return result;
    }

    private Expression filled(Home home, ImmutableList<Integer> axes, Expression value, int level) {
        add(new Step.Fill(axes, value, home), level);
        known.made(home, level);
        return Expression.of(new Leaf.Scratch(home));
    }

    /** The same value over operands that lie well for a step over the given axes. */
    private Expression aligned(Collection<Integer> axes, Expression value, Optional<ImmutableList<Long>> target) {
        return aligned(axes, axes, value, target);
    }

    private Expression aligned(Collection<Integer> along, Collection<Integer> axes, Expression value, Optional<ImmutableList<Long>> target) {
        if (!paths.vectors()) {
            return value;
        }
        var staged = staging.align(along, axes, value, target);
        for (var copy : staged.copies()) {
            int level = switch (copy.leaf()) {
                case Leaf.Scratch(Home home) -> known.level(home);
                case Leaf.InBuffer(_, var access) -> levelOf(axesOf(access));
                case Leaf.Windowed(Leaf.InBuffer(_, var access), _) -> levelOf(axesOf(access));
                case Leaf.InRow _, Leaf.Drawn _ -> space.rank();
            };
            filled(copy.home(), copy.axes(), Expression.of(copy.leaf()), Math.max(level, levelOf(copy.axes())));
        }
        return staged.value();
    }

    private static Set<Integer> axesOf(Access access) {
        var axes = new LinkedHashSet<Integer>();
        access.subscripts().forEach(index -> index.terms().forEach(term -> axes.add(term.axis())));
        return axes;
    }

    private void load(TileOp.Load load) {
        Leaf leaf = new Leaf.InBuffer(load.buffer(), load.access());
        var axes = new LinkedHashSet<>(load.result().axes());
        axes.addAll(axesOf(load.access()));
        int level = levelOf(axes);
        var view = BufferView.of(kernel.parameters().get(load.buffer()), load.access(), space);
        if (kernel.parameters().get(load.buffer()).mode() == Kernel.Mode.TAKEN) {
            // Where it lies a store will write, and what is read later must not see that.
            stage(load.result(), Expression.of(leaf), level);
            return;
        }
        var window = view.filter(_ -> paths.windows()).flatMap(v -> new WindowRule(kernel, space).of(load, v));
        if (window.isPresent()) {
            var block = load.result().axes();
            add(new Step.Border(block, window.get()), level);
            known.put(load.result(), new KnownTiles.Known(Expression.of(window.get()), level, ImmutableList.of()));
            return;
        }
        boolean isReadable = view.isPresent() && (view.get().isPlain() || deferral.isOnlyMultiplied(load));
        boolean isFound = paths.windows() && view.isPresent() && view.get().isStrided() && deferral.isReadWhereItLies(load.result());
        if (isReadable || isFound) {
            known.put(load.result(), new KnownTiles.Known(Expression.of(leaf), level, ImmutableList.of()));
        } else {
            stage(load.result(), Expression.of(leaf), level);
        }
    }

    private void gather(TileOp.Gather gather) {
        var index = known.of(gather.index());
        var axes = new LinkedHashSet<>(gather.result().axes());
        axes.addAll(axesOf(gather.access()));
        var leaf = new Leaf.InRow(gather.buffer(), index.expression().leaves().getFirst(), gather.access());
        int level = Math.max(index.level(), levelOf(axes));
        if (paths.windows() && deferral.isReadWhereItLies(gather.result())) {
            known.put(gather.result(), new KnownTiles.Known(Expression.of(leaf), level, index.sources()));
            return;
        }
        stage(gather.result(), Expression.of(leaf), level);
        known.consume(gather.index());
    }

    private void scatter(TileOp.Scatter op) {
        var home = known.place(op.result());
        var axes = new LinkedHashSet<>(op.result().axes());
        axes.addAll(axesOf(op.access()));
        int level = levelOf(axes);
        add(new Step.Fill(op.result().axes(), new Expression(ImmutableList.of(), Scalar.of(0)), home), level);
        add(new Step.Scatter(op, home), level);
        known.define(op.result(), home, level);
    }

    private void random(TileOp.Random op) {
        var leaf = new Leaf.Drawn(op.seed(), op.stream(), op.position());
        var axes = new LinkedHashSet<>(op.result().axes());
        axes.addAll(axesOf(Access.of(op.position())));
        if (paths.windows() && deferral.isReadWhereItLies(op.result())) {
            known.put(op.result(), new KnownTiles.Known(Expression.of(leaf), levelOf(axes), ImmutableList.of()));
        } else {
            stage(op.result(), Expression.of(leaf), levelOf(axes));
        }
    }

    private void compute(TileOp.Compute op) {
        var factors = orders.product(op);
        if (factors.isPresent() && orders.of(op.result()).equals(TileOrders.productOrder(op.result(), factors.get()))) {
            multiply(op, factors.get());
        } else if (op.reduction() instanceof Reduction.None) {
            map(op);
        } else {
            reduce(op);
        }
    }

    private void map(TileOp.Compute op) {
        var value = expression(op);
        int level = Math.max(level(op), levelOf(positions(op.body())));
        if (paths.deferral() && deferral.isDeferred(op) && DeferralRule.isSmall(value.body())) {
            var sources = op.operands().stream().flatMap(t -> known.of(t).sources().stream()).distinct().collect(ImmutableList.toImmutableList());
            known.put(op.result(), new KnownTiles.Known(value, level, sources));
            return;
        }
        int full = Math.max(level, levelOf(op.result().axes()));
        var home = op.operands().stream().distinct().filter(t -> t.axes().size() == op.result().axes().size() && known.isTakenOver(t, op, full))
                .findFirst().map(t -> known.of(t).home().orElseThrow()).orElseGet(() -> known.place(op.result()));
        add(new Step.Fill(op.result().axes(), aligned(op.result().axes(), value, Optional.of(home.strides())), home), full);
        op.operands().stream().distinct().forEach(known::consume);
        known.define(op.result(), home, full);
    }

    private void stage(Tile tile, Expression value, int level) {
        var home = known.place(tile);
        int full = Math.max(level, levelOf(tile.axes()));
        add(new Step.Fill(tile.axes(), value, home), full);
        known.define(tile, home, full);
    }

    private void reduce(TileOp.Compute op) {
        boolean isMatrix = Factors.isMatrix(op, space);
        var widest = op.operands().stream().map(Tile::axes).reduce((a, b) -> b.size() > a.size() ? b : a).orElse(ImmutableList.of());
        Set<Integer> all = new LinkedHashSet<>(isMatrix ? ImmutableList.of() : widest);
        op.operands().forEach(t -> all.addAll(t.axes()));
        var reduced = all.stream().filter(axis -> !op.result().axes().contains(axis)).collect(ImmutableList.toImmutableList());
        boolean isRow = !widest.isEmpty() && reduced.contains(widest.getLast());
        all.addAll(op.result().axes());
        all.addAll(positions(op.body()));
        int level = Math.max(level(op), levelOf(all));
        var home = known.takenOverInit(op, level).orElseGet(() -> known.place(op.result()));
        var init = op.init().map(tile -> known.of(tile).expression());
        var points = new LinkedHashSet<>(op.result().axes());
        points.addAll(reduced);
        var domain = new Step.Domain(op.result().axes(), reduced, !(op.reduction() instanceof Reduction.Sum) ? Step.Order.FREE
                : isMatrix ? Step.Order.PRODUCTS : isRow ? Step.Order.ROW : Step.Order.TERMS);
        var value = aligned(domain.along(), points, expression(op), Optional.empty());
        add(new Step.Reduce(op.reduction(), domain, value, init, home), level);
        consumeAll(op);
        known.define(op.result(), home, level);
    }

    private void multiply(TileOp.Compute op, Factors factors) {
        var left = leaf(factors.left());
        var right = leaf(factors.right());
        var all = new LinkedHashSet<>(op.result().axes());
        op.operands().forEach(t -> all.addAll(t.axes()));
        int level = Math.max(level(op), levelOf(all));
        var taken = known.takenOverInit(op, level);
        var home = taken.orElseGet(() -> known.place(op.result()));
        if (op.init().isPresent() && taken.isEmpty()) {
            add(new Step.Fill(op.result().axes(), known.of(op.init().get()).expression(), home), level);
        }
        var planned = products.plan(factors, left, right, home, op.init().isPresent());
        planned.copies().forEach(copy -> add(copy, copyLevel(copy, factors)));
        add(new Step.Multiply(planned.product()), level);
        consumeAll(op);
        known.define(op.result(), home, level);
    }

    private int copyLevel(Step copy, Factors factors) {
        var tile = copy instanceof Step.Pack ? factors.right() : factors.left();
        return Math.max(known.of(tile).level(), levelOf(tile.axes()));
    }

    private Leaf leaf(Tile tile) {
        return known.of(tile).expression().leaves().getFirst();
    }

    private void loop(TileOp.Loop loop) {
        var outer = steps;
        var homes = new ArrayList<Home>();
        int level = 0;
        for (var carry : loop.carries()) {
            homes.add(known.place(carry.entry()));
            level = Math.max(level, known.of(carry.init()).level());
            known.define(carry.entry(), homes.getLast(), 0);
        }
        steps = new ArrayList<>();
        var outside = staging.enter(staging.made());
        loop.body().forEach(this::plan);
        handOn(loop, homes);
        staging.enter(outside);
        var body = steps.stream().map(Leveled::step).collect(ImmutableList.toImmutableList());
        level = steps.stream().mapToInt(Leveled::level).reduce(level, Math::max);
        steps = outer;
        for (int c = 0; c < homes.size(); c++) {
            var init = loop.carries().get(c).init();
            add(new Step.Fill(init.axes(), known.of(init).expression(), homes.get(c)), level);
            known.consume(init);
        }
        add(new Step.Loop(loop.axis(), body), level);
        for (int c = 0; c < homes.size(); c++) {
            known.define(loop.carries().get(c).result(), homes.get(c), level);
        }
    }

    // If a value that is handed on lies where another one has to go, all are copied aside first.
    private void handOn(TileOp.Loop loop, List<Home> homes) {
        var values = new ArrayList<Expression>();
        loop.carries().forEach(carry -> values.add(known.of(carry.next()).expression()));
        boolean crosses = IntStream.range(0, homes.size()).anyMatch(c -> values.get(c).leaves().stream()
                .anyMatch(leaf -> leaf instanceof Leaf.Scratch(Home home) && homes.contains(home) && home != homes.get(c)));
        for (int c = 0; crosses && c < homes.size(); c++) {
            var next = loop.carries().get(c).next();
            var aside = known.place(next);
            add(new Step.Fill(next.axes(), values.get(c), aside), known.of(next).level());
            values.set(c, Expression.of(new Leaf.Scratch(aside)));
        }
        for (int c = 0; c < homes.size(); c++) {
            var next = loop.carries().get(c).next();
            if (!values.get(c).equals(Expression.of(new Leaf.Scratch(homes.get(c))))) {
                add(new Step.Fill(next.axes(), values.get(c), homes.get(c)), known.of(next).level());
            }
            known.consume(next);
        }
    }

    private Expression expression(TileOp.Compute op) {
        return Expression.compose(exponentials.bounded(op), op.operands().stream().map(t -> known.of(t).expression()).toList(), space);
    }

    private int level(TileOp.Compute op) {
        int level = op.operands().stream().mapToInt(t -> known.of(t).level()).reduce(0, Math::max);
        return Math.max(level, op.init().map(t -> known.of(t).level()).orElse(0));
    }

    private int levelOf(Iterable<Integer> axes) {
        int level = 0;
        for (int axis : axes) {
            level = Math.max(level, space.level(axis));
        }
        return level;
    }

    private static Set<Integer> positions(Scalar body) {
        var axes = new LinkedHashSet<Integer>();
        body.visit(node -> {
            if (node instanceof Scalar.Position(int axis)) {
                axes.add(axis);
            }
        });
        return axes;
    }

    private static Set<Integer> axesWithStore(TileOp.Store store) {
        var axes = new LinkedHashSet<>(store.value().axes());
        axes.addAll(axesOf(store.access()));
        return axes;
    }

    private void consumeAll(TileOp.Compute op) {
        op.operands().stream().distinct().forEach(known::consume);
        op.init().filter(init -> !op.operands().contains(init)).ifPresent(known::consume);
    }
}
