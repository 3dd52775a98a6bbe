package pleat.codegen.gpu;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import pleat.ir.kernel.Kernel;
import pleat.ir.lane.LaneBuilder;
import pleat.ir.lane.LaneKernel;

/** What steps do in one program, counted from what they compute and where that lies, before there is code. */
final class StepWork {
    /** A matrix unit's flops on a warp's 16 by 8 results, 16 numbers of 16 bits deep or 8 of 32 bits. */
    static final double UNIT_FLOPS = 4096;
    /** Instructions that make two numbers of tf32 of one of f32. */
    static final double SPLIT = 4;
    /** Of a word as a number. */
    static final double OPENED = 1;
    /** Words of a fragment that a lane gets at once. */
    private static final double READ = 4;
    /** Addresses of fragments, and sums that go round a loop. */
    private static final double AROUND = 16;
    /** Of a sum that lanes exchange until each has four neighbours ({@link ResultCode}). */
    private static final double EXCHANGED = 2;
    /** Of a copy of 16 bytes by each lane to where no banks conflict, with what says whether it is inside. */
    static final double COPY = 28;
    /** Of a store of 16 bytes by each lane there. */
    private static final double STORE = 12;

    private final Kernel kernel;
    private final GpuTarget target;
    private final BlockAxes axes;
    private final LeafWork leaves;

    private StepWork(Kernel kernel, GpuTarget target, HomePlaces places) {
        this.kernel = kernel;
        this.target = target;
        this.axes = new BlockAxes(kernel.axes(), new Ints(new LaneBuilder()));
        this.leaves = new LeafWork(kernel, places);
    }

    static BlockWork of(Kernel kernel, GpuTarget target, Room room) {
        return new StepWork(kernel, target, room.places()).of(room.steps());
    }

    private BlockWork of(List<Step> steps) {
        return steps.stream().map(step -> of(step, new HashSet<>())).reduce(BlockWork.NONE, BlockWork::plus);
    }

    /** @param known what lanes have in registers already */
    private BlockWork of(Step step, Set<Leaf> known) {
        return switch (step) {
            case Step.Fill(var of, Expression value, Home home) -> leaves.evaluate(value, of, axes.room(of), known)
                    .plus(leaves.move(new Leaf.InHome(home), of, axes.room(of)));
            case Step.Write(var of, Expression value, int buffer, var access) -> leaves.evaluate(value, of, axes.room(of), known)
                    .plus(leaves.move(new Leaf.InBuffer(buffer, access), of, axes.room(of)));
            case Step.Reduce reduce -> reduce(reduce, known);
            case Step.Multiply multiply -> multiply(multiply);
            case Step.Scatter(var op, Home home) -> leaves.move(new Leaf.InHome(home), op.result().axes(), axes.room(op.result().axes()));
            case Step.Rows rows -> rows(rows);
            case Step.Loop(int axis, var body) -> of(body).times(kernel.axes().get(axis).blocks());
        };
    }

    private BlockWork reduce(Step.Reduce step, Set<Leaf> known) {
        var domain = step.domain();
        double points = (double) axes.room(domain.axes()) * axes.room(domain.reduced()) * blocks(domain.walked());
        return leaves.evaluate(step.value(), LeafWork.all(domain.axes(), domain.reduced()), points, known).plus(new BlockWork(points / LaneKernel.WARP, 0, 0, 0));
    }

    /** Tiles that nobody else reads stay in registers. */
    private BlockWork rows(Step.Rows rows) {
        var known = new HashSet<Leaf>();
        var work = BlockWork.NONE;
        for (Step step : rows.steps()) {
            var made = HomePlaces.writes(step).<Leaf>map(Leaf.InHome::new).toList();
            var reads = switch (step) {
                case Step.Fill(var of, Expression value, _) -> leaves.evaluate(value, of, axes.room(of), known);
                case Step.Write _, Step.Reduce _ -> of(step, known);
                case Step.Multiply _, Step.Scatter _, Step.Rows _, Step.Loop _ -> throw new IllegalStateException(step + " is not done row by row");
            };
            known.addAll(made);
            work = work.plus(reads);
        }
        for (Home home : rows.stored()) {
            work = work.plus(leaves.move(new Leaf.InHome(home), home.axes(), axes.room(home.axes())));
        }
        return work;
    }

    private double blocks(List<Integer> walked) {
        return walked.stream().mapToDouble(axis -> kernel.axes().get(axis).blocks()).reduce(1, (a, b) -> a * b);
    }

    private BlockWork multiply(Step.Multiply step) {
        var product = step.product();
        var of = product.axes();
        var factors = StagedFactors.of(kernel, product);
        var tiles = UnitTiles.of(target, factors, axes.room(of.rows()), axes.room(of.columns()));
        double rowPanels = Math.ceilDiv(axes.room(of.rows()), (long) tiles.rows());
        double columnPanels = Math.ceilDiv(axes.room(of.columns()), (long) tiles.columns());
        double batch = axes.room(of.batch());
        double chunks = Math.ceilDiv(axes.room(of.depth()), (long) product.depthAtOnce()) * blocks(of.walked());
        var part = units(tiles, factors, product.fragments()).plus(staged(product, factors.left(), tiles.rows())).plus(staged(product, factors.right(), tiles.columns()));
        double results = (double) axes.room(of.rows()) * axes.room(of.columns()) * batch;
        return part.times(rowPanels * columnPanels * batch * chunks).plus(epilogue(step, LeafWork.all(of.batch(), LeafWork.all(of.rows(), of.columns())), results));
    }

    /** All warps, with a part of the factors in shared memory. */
    private static BlockWork units(UnitTiles units, StagedFactors factors, Product.Fragments fragments) {
        return switch (units) {
            case WarpTiles tiles -> units(tiles, factors, fragments);
            case GroupTiles tiles -> units(tiles);
        };
    }

    private static BlockWork units(WarpTiles tiles, StagedFactors factors, Product.Fragments fragments) {
        double units = (double) WarpTiles.WARPS * WarpTiles.WORDS / WarpTiles.UNIT_WORDS;
        double products = (double) tiles.rowTiles() * tiles.columnTiles();
        double ofLeft = 4.0 * tiles.rowTiles();
        double ofRight = 2.0 * tiles.columnTiles();
        double words = ofLeft + ofRight;
        double around = read(factors.left(), ofLeft) + read(factors.right(), ofRight) + AROUND;
        return switch (fragments) {
            case BF16, F16, TF32 -> new BlockWork(units * (products + around), units * products * UNIT_FLOPS, units * words, 0);
            case TF32_TWICE -> new BlockWork(units * (3 * products + SPLIT * words + around), 3 * units * products * UNIT_FLOPS, units * words, 0);
        };
    }

    /** Halves are multiplied as they come; turned words of 32 bits come one by one. */
    private static double read(Factor factor, double words) {
        return factor.fragments().areHalves() ? words / READ : factor.isTurned() ? words : words / READ + OPENED * words;
    }

    // Groups read both factors where they lie.
    private static BlockWork units(GroupTiles tiles) {
        double steps = (double) WarpTiles.WORDS / WarpTiles.UNIT_WORDS;
        return new BlockWork(WarpTiles.WARPS * (steps + AROUND), 2.0 * GroupTiles.NUMBERS * tiles.rows() * tiles.columns(), 0, 0);
    }

    private BlockWork staged(Product product, Factor factor, int rows) {
        double words = (double) rows * WarpTiles.WORDS;
        double numbers = words * product.fragments().depthOfWord;
        double warps = words / LaneKernel.WARP;
        var stored = new BlockWork(0, 0, warps, 0);
        var of = LeafWork.all(factor.axes(), product.axes().depth());
        if (factor.copied(kernel, product).isPresent()) {
            var moved = leaves.move(factor.value().leaves().getFirst(), of, numbers);
            return stored.plus(new BlockWork(warps / ResultHomes.GROUP * COPY, 0, 0, moved.sectors()));
        }
        return stored.plus(leaves.evaluate(factor.value(), of, numbers)).plus(new BlockWork(warps * STORE / ResultHomes.GROUP, 0, 0, 0));
    }

    private BlockWork epilogue(Step.Multiply step, List<Integer> of, double results) {
        var epilogue = step.epilogue();
        var known = new HashSet<Leaf>(Set.of(new Leaf.InHome(epilogue.sum())));
        var read = leaves.evaluate(epilogue.value(), of, results, known);
        var from = step.init().map(value -> leaves.evaluate(value, of, results)).orElse(BlockWork.NONE);
        return read.plus(from).plus(new BlockWork(results / LaneKernel.WARP * EXCHANGED, 0, 0, 0)).plus(switch (epilogue.target()) {
            case Epilogue.Target.InHome(Home home) -> leaves.move(new Leaf.InHome(home), of, results);
            case Epilogue.Target.InBuffer(int buffer, var access) -> leaves.move(new Leaf.InBuffer(buffer, access), of, results);
        });
    }
}
