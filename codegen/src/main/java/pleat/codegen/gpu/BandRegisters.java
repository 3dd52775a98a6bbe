package pleat.codegen.gpu;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import pleat.ir.kernel.Tile;

/** How many registers of a lane the tiles of a {@link Band} have at a time: each from where it is made to where it is last read. */
final class BandRegisters {
    /** For each buffer that is read or written column by column: an address, and what is read before it is wanted. */
    private static final int STREAM = 6;

    private final BlockAxes axes;
    private final int rows;
    private final Map<Tile, int[]> lives = new IdentityHashMap<>();
    /** Registers of factors that are read where they are multiplied, by time. */
    private final List<Integer> passing = new ArrayList<>();
    /** More registers of factors that stay split into two from one part of the right factor to the next, by time. */
    private final Map<Integer, Integer> split = new LinkedHashMap<>();

    BandRegisters(BlockAxes axes, int rows, List<Band.Step> steps) {
        this.axes = axes;
        this.rows = rows;
        walk(steps);
    }

    /** The most of all times. What is computed may take the place of what is read for the last time. */
    int most() {
        return IntStream.range(0, passing.size()).map(this::at).max().orElse(0);
    }

    /** The most while a product is made whose left factor stays split. */
    int mostSplit() {
        return split.entrySet().stream().mapToInt(more -> at(more.getKey()) + more.getValue()).max().orElse(0);
    }

    private int at(int time) {
        return passing.get(time) + lives.entrySet().stream().filter(life -> life.getValue()[0] == time || life.getValue()[0] < time && time < life.getValue()[1])
                .mapToInt(life -> registers(life.getKey())).sum();
    }

    private int registers(Tile tile) {
        return Band.registers(axes, Band.columns(axes, rows, tile.axes()));
    }

    private int tick(int registers) {
        passing.add(registers);
        return passing.size() - 1;
    }

    private void make(Tile tile, int time) {
        lives.put(tile, new int[] {time, time});
    }

    private void read(Expression value, int time) {
        value.leaves().forEach(leaf -> {
            if (leaf instanceof Leaf.InRegisters(Tile tile)) {
                lives.get(tile)[1] = time;
            }
        });
    }

    private void walk(List<Band.Step> steps) {
        for (int s = 0; s < steps.size(); s++) {
            Band.Step step = steps.get(s);
            int streams = STREAM * streams(steps, s);
            switch (step) {
                case Band.Step.Keep(Tile result, Expression value) -> {
                    int time = tick(streams);
                    read(value, time);
                    make(result, time);
                }
                case Band.Step.Reduce reduce -> {
                    int time = tick(streams);
                    read(reduce.value(), time);
                    reduce.init().ifPresent(init -> read(init, time));
                    make(reduce.result(), time);
                }
                case Band.Step.Multiply multiply -> {
                    // Until the last column is done all of the left factor is wanted.
                    int during = tick(isKept(multiply.left()) ? 0 : Band.registers(axes, multiply.depth()));
                    if (staysSplit(multiply.right())) {
                        split.put(during, Band.registers(axes, multiply.depth()));
                    }
                    make(multiply.result(), during);
                    multiply.init().ifPresent(init -> read(init, during));
                    read(multiply.left(), tick(0));
                }
                case Band.Step.Write write -> read(write.value(), tick(streams));
                case Band.Step.Loop loop -> loop(loop);
            }
        }
    }

    /** Whether all of the left factor meets several parts. */
    private static boolean staysSplit(RightFactor right) {
        return switch (right.units()) {
            case TF32_TWICE -> !right.in().isByDepth() && right.parts() > 1;
            case BF16, F16, TF32 -> false;
        };
    }

    /** Buffers that a step and those that are done together with it touch. */
    private int streams(List<Band.Step> steps, int at) {
        int from = at;
        int to = at + 1;
        var columns = BandCode.mapped(axes, rows, steps.get(at));
        while (from > 0 && !columns.isEmpty() && BandCode.mapped(axes, rows, steps.get(from - 1)).equals(columns)) {
            from--;
        }
        while (to < steps.size() && !columns.isEmpty() && BandCode.mapped(axes, rows, steps.get(to)).equals(columns)) {
            to++;
        }
        var buffers = new HashSet<Integer>();
        for (Band.Step step : steps.subList(from, to)) {
            switch (step) {
                case Band.Step.Keep keep -> keep.value().eachBuffer(buffers::add);
                case Band.Step.Reduce reduce -> reduce.value().eachBuffer(buffers::add);
                case Band.Step.Write write -> {
                    write.value().eachBuffer(buffers::add);
                    buffers.add(write.buffer());
                }
                case Band.Step.Multiply _, Band.Step.Loop _ -> {
                }
            }
        }
        return buffers.size();
    }

    private static boolean isKept(Expression value) {
        return value.leaves().stream().anyMatch(Leaf.InRegisters.class::isInstance);
    }

    private void loop(Band.Step.Loop loop) {
        int start = tick(0);
        loop.carries().forEach(carry -> {
            read(carry.init(), start);
            make(carry.entry(), start);
        });
        walk(loop.body());
        int end = tick(0);
        loop.carries().forEach(carry -> read(carry.next(), end));
        // What was there before the loop must be there in its last turn too.
        lives.values().stream().filter(life -> life[0] < start && life[1] >= start).forEach(life -> life[1] = end);
        loop.carries().forEach(carry -> make(carry.result(), end));
    }
}
