package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import pleat.ir.index.Access;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.Tile;
import pleat.ir.kernel.TileOp;

/** Turns tile ops into steps: decides what is computed inside its reader, and what gets memory. */
final class StepPlan {
    private final Kernel kernel;
    private final TileReaders readers;
    private final Map<Tile, Expression> known = new IdentityHashMap<>();
    private List<Step> steps = new ArrayList<>();

    private StepPlan(Kernel kernel) {
        this.kernel = kernel;
        this.readers = new TileReaders(kernel.body());
    }

    static ImmutableList<Step> of(Kernel kernel) {
        var plan = new StepPlan(kernel);
        kernel.body().forEach(plan::plan);
        return RowFusion.of(kernel, EpilogueFusion.of(LoopFusion.of(plan.steps)));
    }

    private void plan(TileOp op) {
        switch (op) {
            case TileOp.Load(Tile result, int buffer, var access) -> {
                var value = Expression.of(new Leaf.InBuffer(buffer, access));
                // A store will write where a taken buffer lies, and what is read later must not see that.
                if (kernel.parameters().get(buffer).mode() == Kernel.Mode.TAKEN || isReducedAcross(result, buffer, access)) {
                    fill(result, value);
                } else {
                    known.put(result, value);
                }
            }
            case TileOp.Gather gather -> gather(gather);
            case TileOp.Scatter scatter -> {
                var home = home(scatter.result());
                steps.add(new Step.Scatter(scatter, home));
                known.put(scatter.result(), Expression.of(new Leaf.InHome(home)));
            }
            case TileOp.Random(Tile result, int seed, long stream, var position) -> define(result, Expression.of(new Leaf.Drawn(seed, stream, position)));
            case TileOp.Compute compute -> compute(compute);
            case TileOp.Store(int buffer, var access, Tile value) -> {
                var through = TurnedStore.through(kernel, value, known.get(value), new Leaf.InBuffer(buffer, access));
                through.ifPresent(home -> known.put(value, filled(home, known.get(value))));
                steps.add(new Step.Write(value.axes(), known.get(value), buffer, access));
            }
            case TileOp.Loop loop -> loop(loop);
        }
    }

    /** Whether several look at it, along an axis along which the buffer's elements are apart, while they are neighbours along another. */
    private boolean isReducedAcross(Tile tile, int buffer, Access access) {
        var near = ResultHomes.last(kernel, tile.axes());
        var parameter = kernel.parameters().get(buffer);
        return readers.of(tile).size() > 1 && near.isPresent() && BufferStrides.along(parameter, access, near.getAsInt()) > 1
                && tile.axes().stream().anyMatch(axis -> axis != near.getAsInt() && ResultHomes.last(kernel, List.of(axis)).isPresent()
                        && BufferStrides.along(parameter, access, axis) == 1);
    }

    private void gather(TileOp.Gather gather) {
        var value = Expression.of(new Leaf.InRow(gather.buffer(), known.get(gather.index()), gather.access()));
        if (kernel.parameters().get(gather.buffer()).mode() == Kernel.Mode.TAKEN) {
            fill(gather.result(), value);
        } else {
            define(gather.result(), value);
        }
    }

    private void compute(TileOp.Compute op) {
        var value = Expression.compose(op.body(), read -> known.get(op.operands().get(read)));
        if (op.reduction() instanceof Reduction.None) {
            define(op.result(), value);
            return;
        }
        var all = new LinkedHashSet<Integer>();
        op.operands().forEach(tile -> all.addAll(tile.axes()));
        all.removeAll(op.result().axes());
        var domain = new Step.Domain(op.result().axes(), ImmutableList.copyOf(all), ImmutableList.of());
        var init = op.init().map(known::get);
        var product = Product.of(kernel, op, domain, value);
        var home = product.map(p -> ResultHomes.of(kernel, op.result(), p)).orElseGet(() -> home(op.result()));
        steps.add(product.<Step>map(p -> new Step.Multiply(p, init, Epilogue.none(home))).orElseGet(() -> new Step.Reduce(op.reduction(), domain, value, init,
                new Step.Into(home, Beside.of(kernel, domain, value).flatMap(beside -> beside.parts(kernel))))));
        known.put(op.result(), Expression.of(new Leaf.InHome(home)));
    }

    /** Computed inside its only reader if that looks at each element once; else it gets memory. */
    private void define(Tile tile, Expression value) {
        var of = readers.of(tile);
        boolean isOnce = of.size() == 1 && !(of.getFirst() instanceof TileOp.Loop) && readers.isBeside(tile, of.getFirst())
                && TileReaders.domain(of.getFirst()).size() == tile.axes().size();
        if (isOnce || value.body() instanceof Scalar.Const) {
            known.put(tile, value);
        } else {
            fill(tile, value);
        }
    }

    private void fill(Tile tile, Expression value) {
        known.put(tile, filled(home(tile), value));
    }

    private Expression filled(Home home, Expression value) {
        steps.add(new Step.Fill(home.axes(), value, home));
        return Expression.of(new Leaf.InHome(home));
    }

    private void loop(TileOp.Loop loop) {
        var homes = new ArrayList<Home>();
        for (var carry : loop.carries()) {
            homes.add(home(carry.entry()));
            steps.add(new Step.Fill(carry.entry().axes(), known.get(carry.init()), homes.getLast()));
            known.put(carry.entry(), Expression.of(new Leaf.InHome(homes.getLast())));
        }
        var outer = steps;
        steps = new ArrayList<>();
        loop.body().forEach(this::plan);
        handOn(loop, homes);
        var body = ImmutableList.copyOf(steps);
        steps = outer;
        steps.add(new Step.Loop(loop.axis(), body));
        for (int c = 0; c < homes.size(); c++) {
            known.put(loop.carries().get(c).result(), Expression.of(new Leaf.InHome(homes.get(c))));
        }
    }

    // If a value that is handed on lies where another one has to go, all are copied aside first.
    private void handOn(TileOp.Loop loop, List<Home> homes) {
        var values = new ArrayList<Expression>();
        loop.carries().forEach(carry -> values.add(known.get(carry.next())));
        boolean crosses = IntStream.range(0, homes.size()).anyMatch(c -> values.get(c).homes().anyMatch(h -> homes.contains(h) && h != homes.get(c)));
        for (int c = 0; crosses && c < homes.size(); c++) {
            var next = loop.carries().get(c).next();
            var aside = home(next);
            steps.add(new Step.Fill(next.axes(), values.get(c), aside));
            values.set(c, Expression.of(new Leaf.InHome(aside)));
        }
        for (int c = 0; c < homes.size(); c++) {
            if (!values.get(c).isHome(homes.get(c))) {
                steps.add(new Step.Fill(loop.carries().get(c).next().axes(), values.get(c), homes.get(c)));
            }
        }
    }

    private Home home(Tile tile) {
        return ResultHomes.of(kernel, tile);
    }
}
