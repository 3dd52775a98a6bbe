package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.Tile;
import pleat.ir.kernel.TileOp;

/**
 * Decides, before anything is placed, in which order each tile's elements lie and which factor of each product is the vector side. Tiles
 * that one loop hands on to the next iteration, or that a sum starts from, are decided together, so that they can share memory.
 */
final class TileOrders {

    /**
     * @param axes all axes of the tile, outermost first
     * @param run trailing axes that together form a row which is padded to whole vectors; 0: no padding
     */
    record Order(ImmutableList<Integer> axes, int run) {}

    /** An axis along which neighbours lie side by side, where there is one. */
    private static final int NOWHERE = -1;
    /** Fewer columns than this fill too little of a vector. */
    private static final long LEAST_COLUMNS = 4;

    private final Kernel kernel;
    private final BlockSpace space;
    private final FastPaths paths;
    private final Map<Tile, Tile> linked = new IdentityHashMap<>();
    private final Map<Tile, Order> orders = new IdentityHashMap<>();
    private final Map<Tile, BufferView> views = new IdentityHashMap<>();
    private final Map<TileOp.Compute, Factors> factors = new IdentityHashMap<>();
    private final Map<Tile, Integer> storedAlong = new IdentityHashMap<>();
    /** How often what is being decided is done: blocks of the loops around it. */
    private double turns = 1;

    private TileOrders(Kernel kernel, BlockSpace space, FastPaths paths) {
        this.kernel = kernel;
        this.space = space;
        this.paths = paths;
    }

    static TileOrders of(Kernel kernel, BlockSpace space, FastPaths paths) {
        var orders = new TileOrders(kernel, space, paths);
        orders.link(kernel.body());
        // The first round finds the products' orders, the second lets what stands before a product in a loop follow them.
        orders.decide(kernel.body());
        orders.decide(kernel.body());
        return orders;
    }

    Order of(Tile tile) {
        return orders.getOrDefault(root(tile), new Order(tile.axes(), 0));
    }

    /** The factors of a step that is done by register tiles, the vector side right. */
    Optional<Factors> product(TileOp.Compute op) {
        return Optional.ofNullable(factors.get(op));
    }

    private Tile root(Tile tile) {
        Tile root = tile;
        while (linked.containsKey(root)) {
            root = linked.get(root);
        }
        return root;
    }

    private void link(Tile a, Tile b) {
        Tile rootA = root(a);
        Tile rootB = root(b);
        if (rootA != rootB) {
            linked.put(rootB, rootA);
        }
    }

    private void link(List<TileOp> ops) {
        for (TileOp op : ops) {
            switch (op) {
                case TileOp.Load load -> BufferView.of(kernel.parameters().get(load.buffer()), load.access(), space)
                        .ifPresent(view -> views.put(load.result(), view));
                case TileOp.Gather _, TileOp.Scatter _, TileOp.Random _ -> { }
                case TileOp.Store store -> BufferView.of(kernel.parameters().get(store.buffer()), store.access(), space)
                        .ifPresent(view -> storedAlong.put(store.value(), contiguous(view, store.value().axes())));
                case TileOp.Compute compute -> compute.init().filter(init -> init.axes().equals(compute.result().axes()))
                        .ifPresent(init -> link(compute.result(), init));
                case TileOp.Loop loop -> {
                    loop.carries().forEach(carry -> {
                        link(carry.result(), carry.entry());
                        link(carry.result(), carry.next());
                    });
                    link(loop.body());
                }
            }
        }
    }

    private void decide(List<TileOp> ops) {
        for (TileOp op : ops) {
            switch (op) {
                case TileOp.Load load -> Optional.ofNullable(views.get(load.result()))
                        .ifPresent(view -> orders.putIfAbsent(root(load.result()), new Order(byStride(view, load.result().axes()), 0)));
                case TileOp.Gather _, TileOp.Scatter _, TileOp.Random _, TileOp.Store _ -> { }
                case TileOp.Compute compute -> decide(compute);
                case TileOp.Loop loop -> {
                    double outside = turns;
                    turns *= space.axes().get(loop.axis()).blocks();
                    decide(loop.body());
                    turns = outside;
                }
            }
        }
    }

    private void decide(TileOp.Compute op) {
        var product = paths.products() ? Factors.of(op, space) : Optional.<Factors>empty();
        if (product.isPresent()) {
            var one = oriented(product.get());
            var other = oriented(product.get().swapped());
            var best = cost(op, one) <= cost(op, other) ? one : other;
            if (space.points(best.parts().columns()) >= LEAST_COLUMNS && !best.parts().rows().isEmpty()) {
                factors.put(op, best);
                orders.put(root(op.result()), productOrder(op.result(), best));
                return;
            }
        }
        orders.putIfAbsent(root(op.result()), operandOrder(op));
    }

    /** The factors with columns in the order in which the right one has them. */
    private Factors oriented(Factors factors) {
        var order = order(factors.right());
        var columns = new ArrayList<>(factors.parts().columns());
        columns.sort(Comparator.comparing(order::indexOf));
        return factors.withColumns(ImmutableList.copyOf(columns));
    }

    /** Columns form the padded rows; the other axes stand outside as the tile names them. */
    static Order productOrder(Tile result, Factors factors) {
        var columns = factors.parts().columns();
        var axes = ImmutableList.<Integer>builder();
        result.axes().stream().filter(a -> !columns.contains(a)).forEach(axes::add);
        return new Order(axes.addAll(columns).build(), columns.size());
    }

    /**
     * What the orientation costs beside the product itself, in elements copied; transposing counts twice. Factors are copied in each turn of the loops around,
     * and what is summed over the turns is transposed once.
     */
    private double cost(TileOp.Compute op, Factors factors) {
        double elements = space.points(factors.right().axes());
        var view = Optional.ofNullable(views.get(factors.right()));
        int contiguous = contiguous(factors.right());
        boolean isInPlace = factors.parts().columns().contains(contiguous);
        boolean isPanels = view.isPresent() && view.get().panel().isPresent() && factors.parts().columns().stream()
                .anyMatch(a -> view.get().panel().get().coefficients().get(a) == 1);
        double packing = isPanels ? 0 : isInPlace ? elements / 2 : 2 * elements;
        double results = space.points(op.result().axes());
        int wanted = storedAlong.getOrDefault(op.result(), op.result().axes().isEmpty() ? NOWHERE : op.result().axes().getLast());
        double transposing = factors.parts().columns().contains(wanted) ? 0 : 2 * results * (op.init().isPresent() ? 1 : turns);
        double columns = space.points(factors.parts().columns());
        double waste = results * space.points(factors.parts().summed()) / 16 * (Math.ceil(columns / 16) * 16 / Math.max(1, columns) - 1);
        boolean isWeightLeft = Optional.ofNullable(views.get(factors.left())).flatMap(BufferView::panel).isPresent();
        return turns * (packing + waste) + transposing + (isWeightLeft ? 1e12 : 0);
    }

    private ImmutableList<Integer> order(Tile tile) {
        var view = views.get(tile);
        return view != null ? byStride(view, tile.axes()) : of(tile).axes();
    }

    private int contiguous(Tile tile) {
        var view = views.get(tile);
        var order = of(tile).axes();
        return view != null ? contiguous(view, tile.axes()) : order.isEmpty() ? NOWHERE : order.getLast();
    }

    private int contiguous(BufferView view, ImmutableList<Integer> axes) {
        return axes.stream().filter(a -> isContiguous(view, a) && !space.isSingle(a)).findFirst().orElse(NOWHERE);
    }

    private static boolean isContiguous(BufferView view, int axis) {
        return view.panel().map(panel -> view.stride(axis) == 0 && panel.coefficients().get(axis) == 1).orElse(view.stride(axis) == 1);
    }

    private static ImmutableList<Integer> byStride(BufferView view, ImmutableList<Integer> axes) {
        var order = new ArrayList<>(axes);
        order.sort(Comparator.comparing((Integer a) -> -reach(view, a)));
        return ImmutableList.copyOf(order);
    }

    // Along panels the position itself tells which axis is inside which.
    private static long reach(BufferView view, int axis) {
        return Math.abs(view.stride(axis)) + view.panel().map(panel -> panel.coefficients().get(axis)).orElse(0L);
    }

    /** A value has its elements in the order of the first operand that has all of its axes. */
    private Order operandOrder(TileOp.Compute op) {
        var axes = op.result().axes();
        var like = op.operands().stream().filter(t -> t.axes().containsAll(axes)).findFirst();
        if (like.isPresent() && like.get().axes().size() == axes.size() && !views.containsKey(like.get())) {
            return of(like.get());
        }
        return new Order(like.map(t -> order(t).stream().filter(axes::contains).collect(ImmutableList.toImmutableList())).orElse(axes), 0);
    }
}
