package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import pleat.ir.index.Reduction;
import pleat.ir.kernel.Tile;
import pleat.ir.lane.LaneOp;
import pleat.ir.lane.LaneValue;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/** Writes what the warps of a block do for a {@link Band}. */
final class BandCode {
    private final BlockCode k;
    private final Band band;
    private final BandPoints at;
    private final RightFactorCode factorCode;
    private final Map<Tile, List<Operand>> kept = new IdentityHashMap<>();
    private BandParts parts;
    private boolean hasParts;

    /** @param isWide whether all buffers begin at multiples of 16 */
    BandCode(BlockCode k, Band band, boolean isWide) {
        this.k = k;
        this.band = band;
        this.factorCode = new RightFactorCode(k, isWide);
        this.at = new BandPoints(k, band, isWide, kept);
    }

    /** Loops bring parts of their own to where those of others would lie, so that nothing is asked for across a loop. */
    void write() {
        var straight = new ArrayList<Band.Step>();
        for (Band.Step step : band.steps()) {
            if (step instanceof Band.Step.Loop loop) {
                straight(straight);
                straight.clear();
                loop(loop);
            } else {
                straight.add(step);
            }
        }
        straight(straight);
    }

    private void straight(List<Band.Step> steps) {
        begin(steps, -1);
        run(steps);
    }

    private void begin(List<Band.Step> steps, int loopAxis) {
        parts = new BandParts(k, band, factorCode, steps, loopAxis);
        at.vectors(Map.of());
        parts.begin(parts.isEmpty() || !hasParts);
        hasParts |= !parts.isEmpty();
    }

    private void run(List<Band.Step> steps) {
        int from = 0;
        while (from < steps.size()) {
            var columns = mapped(k.axes, band.rows(), steps.get(from));
            int to = from + 1;
            while (!columns.isEmpty() && to < steps.size() && mapped(k.axes, band.rows(), steps.get(to)).equals(columns)) {
                to++;
            }
            if (columns.isEmpty()) {
                run(steps.get(from));
            } else {
                map(steps.subList(from, to), columns);
            }
            from = to;
        }
    }

    /** Columns of a step that looks at each by itself; steps with the same ones are done together. */
    static ImmutableList<Integer> mapped(BlockAxes axes, int rows, Band.Step step) {
        return switch (step) {
            case Band.Step.Keep keep -> Band.columns(axes, rows, keep.result().axes());
            case Band.Step.Write write -> write.columns();
            case Band.Step.Reduce _, Band.Step.Multiply _, Band.Step.Loop _ -> ImmutableList.of();
        };
    }

    // Tile by tile, so that what a step makes is at hand for the next one, and need not be kept for a later one to read.
    private void map(List<Band.Step> steps, List<Integer> columns) {
        steps.forEach(step -> {
            if (step instanceof Band.Step.Keep keep) {
                kept.put(keep.result(), new ArrayList<>());
            }
        });
        for (int tile = 0; tile < Band.tiles(k.axes, columns); tile++) {
            for (int half = 0; half < 2; half++) {
                for (Band.Step step : steps) {
                    if (step instanceof Band.Step.Keep(Tile result, Expression value)) {
                        kept.get(result).addAll(at.elements(value, columns).at(half, tile));
                    } else if (step instanceof Band.Step.Write write) {
                        at.store(write, half, tile);
                    }
                }
            }
        }
    }

    private void run(Band.Step step) {
        switch (step) {
            case Band.Step.Keep(Tile result, Expression value) -> kept.put(result, at.numbers(value, List.of()));
            case Band.Step.Reduce reduce -> kept.put(reduce.result(), reduce(reduce));
            case Band.Step.Multiply multiply -> kept.put(multiply.result(), multiply(multiply));
            case Band.Step.Write write -> {
                at.store(write, 0, 0);
                at.store(write, 1, 0);
            }
            case Band.Step.Loop loop -> throw new IllegalStateException("a loop along " + loop.axis() + " within a loop");
        }
    }

    private ImmutableList<Integer> columns(Tile tile) {
        return Band.columns(k.axes, band.rows(), tile.axes());
    }

    private List<Operand> multiply(Band.Step.Multiply step) {
        var columns = columns(step.result());
        var left = at.zeroOutside(at.numbers(step.left(), step.depth()), step.depth());
        var sums = step.init().map(init -> at.numbers(init, columns))
                .orElseGet(() -> Collections.nCopies(Band.registers(k.axes, columns), Operand.f32(0)));
        var results = switch (step.right().units()) {
            case TF32_TWICE -> new BandProduct(k, step.right(), at.spots()).add(left, sums, parts);
            case BF16, F16, TF32 -> new BandHalves(k, step.right(), band.shape().order()).add(left, sums, parts);
        };
        at.vectors(parts.vectors());
        return results;
    }

    private List<Operand> reduce(Band.Step.Reduce step) {
        var reduction = step.reduction();
        var identity = Operand.f32(reduction.identity());
        var numbers = at.elements(step.value(), step.columns());
        var inits = step.init().map(init -> at.numbers(init, List.of()));
        var results = new ArrayList<>(List.of(identity, identity));
        for (int tile = 0; tile < Band.tiles(k.axes, step.columns()); tile++) {
            for (int half = 0; half < 2; half++) {
                var pair = numbers.at(half, tile);
                for (int j = 0; j < 2; j++) {
                    results.set(half, combine(reduction, results.get(half), at.orElse(pair.get(j), identity, step.columns(), tile, j)));
                }
            }
        }
        for (int half = 0; half < 2; half++) {
            // The columns of a row are spread over four lanes.
            for (int distance = 1; distance < 4; distance *= 2) {
                results.set(half, combine(reduction, results.get(half), k.b.row(Opcode.SHFL_XOR_F32, results.get(half), Operand.i32(distance))));
            }
            if (inits.isPresent()) {
                results.set(half, combine(reduction, inits.get().get(half), results.get(half)));
            }
        }
        return results;
    }

    private Operand combine(Reduction reduction, Operand x, Operand y) {
        return new PointCode(k).combine(reduction, x, y);
    }

    private void loop(Band.Step.Loop loop) {
        begin(loop.body(), loop.axis());
        var inits = new ArrayList<Operand>();
        loop.carries().forEach(carry -> inits.addAll(at.numbers(carry.init(), columns(carry.entry()))));
        var range = new LaneOp.Range(Operand.i32(0), Operand.i32(k.axes.axis(loop.axis()).blocks()), Operand.i32(1));
        var results = k.b.loop(range, inits, (block, carried) -> turn(loop, block, carried));
        k.axes.enter(loop.axis(), Operand.i32(0));
        deal(loop.carries().stream().map(Band.Carry::result).toList(), results);
    }

    private List<Operand> turn(Band.Step.Loop loop, LaneValue block, List<LaneValue> carried) {
        k.axes.enter(loop.axis(), block);
        parts.turn(block);
        deal(loop.carries().stream().map(Band.Carry::entry).toList(), carried);
        run(loop.body());
        var next = new ArrayList<Operand>();
        loop.carries().forEach(carry -> next.addAll(at.numbers(carry.next(), columns(carry.entry()))));
        return next;
    }

    private void deal(List<Tile> tiles, List<? extends Operand> numbers) {
        int from = 0;
        for (Tile tile : tiles) {
            int to = from + Band.registers(k.axes, columns(tile));
            kept.put(tile, ImmutableList.copyOf(numbers.subList(from, to)));
            from = to;
        }
    }
}
