package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import pleat.ir.kernel.Tile;
import pleat.ir.kernel.TileOp;

/** Where the tiles of a kernel are while it is planned, and who still has to read them. */
final class KnownTiles {
    /**
     * What is known of a tile.
     *
     * @param level how many leading grid axes it depends on
     * @param sources tiles with memory that the expression reads
     */
    record Known(Expression expression, int level, ImmutableList<Tile> sources) {
        Optional<Home> home() {
            return expression.isLeaf() && expression.leaves().getFirst() instanceof Leaf.Scratch(Home home) ? Optional.of(home) : Optional.empty();
        }
    }

    /** @param reuse whether a result may lie where a tile was that nobody reads any more */
    record Rules(BlockSpace space, TileOrders orders, TileUses uses, boolean reuse, int lanes) {}

    private final Rules rules;
    private final Map<Tile, Known> known = new IdentityHashMap<>();
    private final Map<Home, Integer> levels = new IdentityHashMap<>();
    private final Map<Tile, Integer> pending = new IdentityHashMap<>();

    KnownTiles(Rules rules) {
        this.rules = rules;
    }

    Known of(Tile tile) {
        return known.get(tile);
    }

    void put(Tile tile, Known value) {
        known.put(tile, value);
    }

    /** A tile has memory now. */
    void define(Tile tile, Home home, int level) {
        made(home, level);
        put(tile, new Known(Expression.of(new Leaf.Scratch(home)), level, ImmutableList.of(tile)));
    }

    /** Memory is filled as often as leading grid axes say. */
    void made(Home home, int level) {
        levels.put(home, level);
    }

    int level(Home home) {
        return levels.getOrDefault(home, 0);
    }

    /** The memory of the op's first value, if the op may go on in it. */
    Optional<Home> takenOverInit(TileOp.Compute op, int level) {
        return op.init().filter(init -> !op.operands().contains(init) && isTakenOver(init, op, level)).map(init -> of(init).home().orElseThrow());
    }

    /** Whether the op is the last reader of a tile and makes its result in the same memory, as often as the tile is made. */
    boolean isTakenOver(Tile tile, TileOp.Compute op, int level) {
        var value = of(tile);
        boolean isOftenEnough = !rules.uses().isMadeAtTop(op) || value.level() == level;
        return rules.reuse() && value.home().isPresent() && pending(tile) == 1 && rules.uses().isMadeBeside(tile, op) && isOftenEnough
                && rules.orders().of(tile).equals(rules.orders().of(op.result()));
    }

    private int pending(Tile tile) {
        return pending.computeIfAbsent(tile, t -> rules.uses().readers(t).size());
    }

    /** A reader has had the tile. A deferred value reads its sources when it is read itself. */
    void consume(Tile tile) {
        of(tile).sources().forEach(source -> pending.merge(source, pending(source) - 1, (_, left) -> left));
    }

    /** Memory for a tile, in the order that its readers like. */
    Home place(Tile tile) {
        var order = rules.orders().of(tile);
        var strides = new long[rules.space().rank()];
        long stride = 1;
        for (int p = order.axes().size() - 1; p >= 0; p--) {
            int axis = order.axes().get(p);
            strides[axis] = stride;
            stride *= rules.space().size(axis);
            if (order.axes().size() - p == order.run()) {
                stride = RowPadding.of(stride, rules.lanes());
            }
        }
        return new Home(new Slot(tile.name(), Float.BYTES * stride), BufferView.listOf(strides));
    }
}
