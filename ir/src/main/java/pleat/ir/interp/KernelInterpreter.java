package pleat.ir.interp;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.KernelAxis;
import pleat.ir.kernel.Tile;
import pleat.ir.kernel.TileOp;
import pleat.ir.type.Dim;

/**
 * Runs tile programs one after the other in f64: the reference for every lowering of a kernel. Tensors are seen by their subscripts, so
 * layouts do not matter here. Every step of a program is an equation over the current blocks and is run as one.
 */
public final class KernelInterpreter {
    private final Kernel kernel;
    private final List<double[]> memory;
    private final boolean isRounded;
    private final long[] start;
    private final long[] count;
    private final Map<Tile, NdArray> tiles = new LinkedHashMap<>();

    private KernelInterpreter(Kernel kernel, List<double[]> memory, boolean isRounded) {
        this.kernel = kernel;
        this.memory = memory;
        this.isRounded = isRounded;
        start = new long[kernel.axes().size()];
        count = new long[kernel.axes().size()];
    }

    /**
     * Runs all programs of a kernel.
     *
     * @param arguments row-major elements of each parameter; those of outputs are written to
     */
    public static void run(Kernel kernel, List<double[]> arguments) {
        run(kernel, arguments, false);
    }

    /**
     * As {@link #run(Kernel, List)}.
     *
     * @param isRounded whether what is computed for a tile is rounded to f32, as it is on chip; sums are exact until then, and integers stay what they are
     */
    static void run(Kernel kernel, List<double[]> arguments, boolean isRounded) {
        var interpreter = new KernelInterpreter(kernel, arguments, isRounded);
        for (int axis = 0; axis < kernel.axes().size(); axis++) {
            interpreter.enter(axis, 0);
        }
        interpreter.grid(0);
    }

    private void enter(int axis, long block) {
        KernelAxis a = kernel.axes().get(axis);
        start[axis] = block * a.block();
        count[axis] = Math.max(0, Math.min(a.block(), a.extent() - start[axis]));
    }

    private void grid(int axis) {
        if (axis == kernel.axes().size() || kernel.axes().get(axis).role() != KernelAxis.Role.GRID) {
            tiles.clear();
            run(kernel.body());
            return;
        }
        for (long block = 0; block < kernel.axes().get(axis).blocks(); block++) {
            enter(axis, block);
            grid(axis + 1);
        }
    }

    private void run(List<TileOp> ops) {
        for (TileOp op : ops) {
            switch (op) {
                case TileOp.Load(Tile result, int buffer, Access access) -> tiles.put(result, load(result, buffer, access));
                case TileOp.Compute compute -> tiles.put(compute.result(), rounded(compute(compute)));
                case TileOp.Gather gather -> tiles.put(gather.result(), gather(gather));
                case TileOp.Scatter scatter -> tiles.put(scatter.result(), scatter(scatter));
                case TileOp.Random random -> tiles.put(random.result(), random(random));
                case TileOp.Store(int buffer, Access access, Tile value) -> store(buffer, access, value);
                case TileOp.Loop loop -> loop(loop);
            }
        }
    }

    private NdArray tile(Tile tile) {
        var value = tiles.get(tile);
        if (value == null) {
            throw new IllegalStateException("tile %" + tile.name() + " of kernel `" + kernel.name() + "` is used before it is made");
        }
        return value;
    }

    private void loop(TileOp.Loop loop) {
        loop.carries().forEach(carry -> tiles.put(carry.entry(), tile(carry.init())));
        for (long block = 0; block < kernel.axes().get(loop.axis()).blocks(); block++) {
            enter(loop.axis(), block);
            run(loop.body());
            var next = loop.carries().stream().map(carry -> tile(carry.next())).toList();
            for (int c = 0; c < next.size(); c++) {
                tiles.put(loop.carries().get(c).entry(), next.get(c));
            }
        }
        loop.carries().forEach(carry -> tiles.put(carry.result(), tile(carry.entry())));
        enter(loop.axis(), 0);
    }

    private long[] extents(List<Integer> axes) {
        return axes.stream().mapToLong(axis -> count[axis]).toArray();
    }

    /** An equation over the current blocks of the given axes, the first {@code rank} of which are written. */
    private Equation blockEquation(List<Integer> axes, int rank, List<Access> reads, Reduction reduction, Scalar body) {
        var blocks = axes.stream().map(a -> new Axis(kernel.axes().get(a).name(), Dim.of(count[a]))).toList();
        return Equation.of(blocks, rank, reads, reduction, body);
    }

    private NdArray load(Tile result, int buffer, Access access) {
        var local = new Access(local(access, result.axes()).subscripts(), true);
        var shape = kernel.parameters().get(buffer).type().shape();
        return EquationRunner.run(blockEquation(result.axes(), result.axes().size(), List.of(local), Reduction.NONE, Scalar.read(0)),
                List.of(NdArray.of(memory.get(buffer), shape)));
    }

    /** A subscript over kernel axes, seen from the first position of the current blocks, over positions in {@code axes}. */
    private Access local(Access access, List<Integer> axes) {
        var subscripts = access.subscripts().stream().map(index -> {
            long offset = index.offset();
            for (var term : index.terms()) {
                offset += term.coefficient() * start[term.axis()];
            }
            var terms = index.terms().stream().map(t -> new Index.Term(axes.indexOf(t.axis()), t.coefficient())).toList();
            return Index.of(terms, offset);
        }).collect(ImmutableList.toImmutableList());
        return new Access(subscripts, access.guarded());
    }

    private NdArray compute(TileOp.Compute op) {
        var axes = new LinkedHashSet<>(op.result().axes());
        op.operands().forEach(tile -> axes.addAll(tile.axes()));
        var ordered = List.copyOf(axes);
        var reads = op.operands().stream().map(tile -> Access.bare(tile.axes().stream().mapToInt(ordered::indexOf).toArray())).toList();
        var body = op.body().rewrite(node -> switch (node) {
            case Scalar.Position(int axis) -> new Scalar.Position(ordered.indexOf(axis)).plus(Scalar.of(start[axis]));
            case Scalar.Extent(int axis) -> Scalar.of(kernel.axes().get(axis).extent());
            case Scalar.Const _, Scalar.Read _, Scalar.Unary _, Scalar.Binary _, Scalar.Select _ -> node;
        });
        var equation = blockEquation(ordered, op.result().axes().size(), reads, op.reduction(), body);
        var reduced = EquationRunner.run(equation, op.operands().stream().map(this::tile).toList());
        return op.init().map(init -> combine(op, tile(init), init.axes(), reduced)).orElse(reduced);
    }

    private NdArray combine(TileOp.Compute op, NdArray init, List<Integer> initAxes, NdArray reduced) {
        var order = op.result().axes();
        var aligned = EquationRunner.run(blockEquation(order, order.size(), List.of(Access.bare(initAxes.stream().mapToInt(order::indexOf).toArray())),
                Reduction.NONE, Scalar.read(0)), List.of(init));
        var result = reduced.toArray();
        Arrays.setAll(result, i -> op.reduction().combine(aligned.at(i), result[i]));
        return NdArray.of(result, reduced.shape());
    }

    private NdArray rounded(NdArray values) {
        return isRounded ? NdArray.of(Arrays.stream(values.toArray()).map(value -> value == Math.rint(value) ? value : (float) value).toArray(), values.shape())
                : values;
    }

    private NdArray gather(TileOp.Gather op) {
        var shape = kernel.parameters().get(op.buffer()).type().shape();
        var axes = op.result().axes();
        var result = new double[(int) Arrays.stream(extents(axes)).reduce(1, (a, b) -> a * b)];
        var index = tile(op.index());
        var table = memory.get(op.buffer());
        forEachPoint(axes, (point, position) -> {
            long[] subscripts = new long[shape.length];
            long[] at = op.index().axes().stream().mapToLong(a -> point[a] - start[a]).toArray();
            subscripts[0] = (long) index.get(at);
            for (int d = 1; d < shape.length; d++) {
                subscripts[d] = op.access().subscripts().get(d - 1).at(point);
            }
            result[position] = subscripts[0] >= 0 && subscripts[0] < shape[0] ? table[(int) rowMajor(subscripts, shape)] : 0;
        });
        return NdArray.of(result, extents(axes));
    }

    private NdArray scatter(TileOp.Scatter op) {
        var axes = op.result().axes();
        var result = NdArray.filled(0, extents(axes));
        var index = memory.get(op.index());
        var updates = memory.get(op.updates());
        var shape = kernel.parameters().get(op.updates()).type().shape();
        int row = Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b) / Math.max(1, index.length));
        int rank = kernel.parameters().get(op.index()).type().rank();
        var rest = Arrays.copyOfRange(shape, rank, shape.length);
        for (int i = 0; i < index.length; i++) {
            int update = i;
            forEachPoint(axes, (point, position) -> {
                if (index[update] == point[axes.getFirst()]) {
                    long[] subscripts = op.access().subscripts().stream().mapToLong(s -> s.at(point)).toArray();
                    result.data()[position] += updates[update * row + (int) rowMajor(subscripts, rest)];
                }
            });
        }
        return result;
    }

    private NdArray random(TileOp.Random op) {
        var result = NdArray.filled(0, extents(op.result().axes()));
        long seed = (long) memory.get(op.seed())[0];
        forEachPoint(op.result().axes(), (point, position) -> {
            result.data()[position] = Philox.uniform(seed, op.stream(), op.position().at(point));
        });
        return result;
    }

    private void store(int buffer, Access access, Tile value) {
        var parameter = kernel.parameters().get(buffer);
        var shape = parameter.type().shape();
        var from = tile(value);
        var to = memory.get(buffer);
        forEachPoint(value.axes(), (point, position) -> {
            long[] subscripts = access.subscripts().stream().mapToLong(index -> index.at(point)).toArray();
            to[(int) rowMajor(subscripts, shape)] = from.at(position);
        });
    }

    private interface PointVisitor {
        /**
         * @param point global position of every kernel axis
         * @param position row-major position in the tile
         */
        void visit(long[] point, int position);
    }

    private void forEachPoint(List<Integer> axes, PointVisitor visitor) {
        var extents = extents(axes);
        int size = (int) Arrays.stream(extents).reduce(1, (a, b) -> a * b);
        var point = start.clone();
        for (int position = 0; position < size; position++) {
            int rest = position;
            for (int a = axes.size() - 1; a >= 0; a--) {
                point[axes.get(a)] = start[axes.get(a)] + rest % extents[a];
                rest = (int) (rest / extents[a]);
            }
            visitor.visit(point, position);
        }
    }

    private static long rowMajor(long[] subscripts, long[] shape) {
        long position = 0;
        for (int d = 0; d < shape.length; d++) {
            if (subscripts[d] < 0 || subscripts[d] >= shape[d]) {
                throw new IllegalStateException("subscript %s of dim %s leaves the extent %s".formatted(subscripts[d], d, shape[d]));
            }
            position = position * shape[d] + subscripts[d];
        }
        return position;
    }
}
