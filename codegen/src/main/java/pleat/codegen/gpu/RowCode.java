package pleat.codegen.gpu;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import pleat.ir.lane.LaneKernel;
import pleat.ir.lane.LaneOp;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/** Writes {@link Step.Rows}. Where buffers may begin anywhere the code stands there a second time, without moving four numbers at once. */
final class RowCode {
    private final BlockCode k;
    private final Nest nest;
    private final PointCode points;
    private final BufferCode buffers;
    private final Step.Rows step;

    RowCode(BlockCode k, Step.Rows step) {
        this.k = k;
        this.nest = new Nest(k);
        this.points = new PointCode(k);
        this.buffers = new BufferCode(k);
        this.step = step;
    }

    /** What a step computes, for each number of a row or for a row. */
    static Expression value(Step step) {
        return switch (step) {
            case Step.Fill fill -> fill.value();
            case Step.Write write -> write.value();
            case Step.Reduce reduce -> reduce.value();
            case Step.Multiply _, Step.Scatter _, Step.Rows _, Step.Loop _ -> throw new IllegalStateException(step + " is not done row by row");
        };
    }

    /** That, and what a reduction starts from. */
    static Stream<Expression> values(Step step) {
        return Stream.concat(Stream.of(value(step)), step instanceof Step.Reduce reduce ? reduce.init().stream() : Stream.of());
    }

    void write() {
        if (!RowLanes.canBeWide(k.kernel, step)) {
            write(false);
            return;
        }
        Operand isWide = Ints.yes();
        for (int buffer : RowLanes.wideBuffers(k.kernel, step)) {
            isWide = k.ints.both(isWide, buffers.isAligned(buffer));
        }
        nest.when(isWide, () -> write(true));
        if (!Ints.is(isWide, 1)) {
            k.b.when(k.b.row(Opcode.NOT_PRED, isWide), () -> write(false));
        }
    }

    private void write(boolean isWide) {
        var lanes = RowLanes.of(k.axes, step, isWide);
        if (step.isReduced()) {
            rows(lanes);
        } else {
            elements(lanes);
        }
    }

    private void elements(RowLanes lanes) {
        int near = step.columns().getLast();
        long groups = k.axes.room(near) / lanes.width();
        long all = k.axes.room(step.rows()) * groups;
        k.b.loop(new LaneOp.Range(k.thread, Operand.i32(all), Operand.i32(k.threads)), List.of(), (number, _) -> {
            var row = nest.point(step.rows(), order(k.axes.room(near), Long.MAX_VALUE).line(k.ints, k.ints.over(number, groups)));
            var at = row.with(near, k.ints.times(k.ints.rest(number, groups), lanes.width()));
            var axes = new ArrayList<>(step.rows());
            axes.add(near);
            nest.when(nest.inside(axes, at), () -> new Row(lanes, new Place(row, Ints.yes(), Operand.i32(0)), List.of(new Spot(new RowMemory.Spot(at, 0), Ints.yes()))).run());
            return List.of();
        });
    }

    private void rows(RowLanes lanes) {
        long all = k.axes.room(step.rows());
        var lane = k.b.row(Opcode.LANE);
        var own = k.ints.rest(lane, lanes.lanes());
        var first = k.ints.times(k.b.row(Opcode.WARP), lanes.rows());
        var range = new LaneOp.Range(first, Operand.i32(all), Operand.i32((long) k.threads / LaneKernel.WARP * lanes.rows()));
        var order = order((long) lanes.lanes() * lanes.width(), lanes.rows());
        k.b.loop(range, List.of(), (base, _) -> {
            var number = k.ints.plus(base, order.line(k.ints, k.ints.over(lane, lanes.lanes())));
            var row = nest.point(step.rows(), number);
            Operand isThere = k.ints.both(all % lanes.rows() == 0 ? Ints.yes() : k.ints.isBelow(number, Operand.i32(all)), nest.inside(step.rows(), row));
            var spots = IntStream.range(0, lanes.groups()).mapToObj(group -> spot(lanes, row, own, group)).toList();
            new Row(lanes, new Place(row, isThere, own), spots).run();
            return List.of();
        });
    }

    /**
     * In which order rows are taken, so that lanes read or store tiles from all banks.
     *
     * @param width words of a row that lanes take at once
     * @param rows that must stay among themselves
     */
    private BankOrder order(long width, long rows) {
        int near = step.columns().getLast();
        var last = ResultHomes.last(k.kernel, step.rows());
        return last.isEmpty() ? BankOrder.AS_THEY_LIE : Stream.concat(step.stored().stream(), step.reads()).filter(home -> home.stride(near) == 1 && home.stride(last.getAsInt()) > 0)
                .findFirst().map(home -> BankOrder.of(home.stride(last.getAsInt()), width, Math.min(rows, Long.lowestOneBit(k.axes.room(last.getAsInt())))))
                .orElse(BankOrder.AS_THEY_LIE);
    }

    private Spot spot(RowLanes lanes, Point row, Operand own, int group) {
        long all = k.axes.room(step.columns());
        var number = k.ints.times(k.ints.plus(own, (long) group * lanes.lanes()), lanes.width());
        var columns = nest.point(step.columns(), number);
        boolean isFull = (long) (group + 1) * lanes.lanes() * lanes.width() <= all;
        var isThere = k.ints.both(isFull ? Ints.yes() : k.ints.isBelow(number, Operand.i32(all)), nest.inside(step.columns(), columns));
        return new Spot(new RowMemory.Spot(row.with(columns.at()), group), isThere);
    }

    /**
     * A row that a lane works on.
     *
     * @param lane number among those of the row
     */
    private record Place(Point point, Operand isThere, Operand lane) {}

    /** Some neighbouring columns of it, all there or none. */
    private record Spot(RowMemory.Spot at, Operand isThere) {}

    /** One row, step by step. */
    private final class Row {
        private final RowLanes lanes;
        private final Place place;
        private final List<Spot> spots;
        /** What is kept of tiles and buffers: one number, or those of each spot. */
        private final Map<Leaf, Operand> ofRow = new LinkedHashMap<>();
        private final Map<Leaf, List<List<Operand>>> ofSpots = new LinkedHashMap<>();

        Row(RowLanes lanes, Place place, List<Spot> spots) {
            this.lanes = lanes;
            this.place = place;
            this.spots = spots;
        }

        void run() {
            for (Step each : step.steps()) {
                switch (each) {
                    case Step.Fill(var axes, Expression value, Home home) -> fill(isWhole(axes), value, home);
                    case Step.Write(var axes, Expression value, int buffer, var access) -> {
                        if (isWhole(axes)) {
                            var target = memory(new Leaf.InBuffer(buffer, access));
                            numbers(value, (spot, numbers) -> store(spot, target, numbers));
                        } else {
                            var number = number(value);
                            once(() -> buffers.store(buffer, access, place.point, number));
                        }
                    }
                    case Step.Reduce reduce -> reduce(reduce);
                    case Step.Multiply _, Step.Scatter _, Step.Rows _, Step.Loop _ -> throw new IllegalStateException(each + " is not done row by row");
                }
            }
        }

        private boolean isWhole(List<Integer> axes) {
            return step.columns().stream().allMatch(axes::contains);
        }

        private void fill(boolean isWhole, Expression value, Home home) {
            boolean isStored = step.stored().contains(home);
            if (isWhole) {
                var all = new ArrayList<List<Operand>>();
                var target = isStored ? Optional.of(memory(new Leaf.InHome(home))) : Optional.<RowMemory>empty();
                numbers(value, (spot, numbers) -> {
                    all.add(numbers);
                    target.ifPresent(memory -> store(spot, memory, numbers));
                });
                ofSpots.put(new Leaf.InHome(home), all);
            } else {
                keep(home, number(value));
            }
        }

        /** Keeps a number of the row; one lane stores it where others want it. */
        private void keep(Home home, Operand number) {
            ofRow.put(new Leaf.InHome(home), number);
            if (step.stored().contains(home)) {
                once(() -> k.store(home, place.point, number));
            }
        }

        private void once(Runnable store) {
            var isFirst = Ints.isKnown(place.lane) ? Ints.yes() : k.b.row(Opcode.EQ_I32, place.lane, Operand.i32(0));
            nest.when(k.ints.both(place.isThere, isFirst), store);
        }

        private void reduce(Step.Reduce reduce) {
            var identity = Operand.f32(reduce.reduction().identity());
            var sum = new Operand[] {identity};
            numbers(reduce.value(), (spot, numbers) -> numbers.forEach(number -> {
                var counted = Ints.is(spot.isThere, 1) ? number : k.b.row(Opcode.SELECT_F32, spot.isThere, number, identity);
                sum[0] = points.combine(reduce.reduction(), sum[0], counted);
            }));
            for (int distance = lanes.lanes() / 2; distance > 0; distance /= 2) {
                sum[0] = points.combine(reduce.reduction(), sum[0], k.b.row(Opcode.SHFL_XOR_F32, sum[0], Operand.i32(distance)));
            }
            keep(reduce.into().home(), reduce.init().isEmpty() ? sum[0] : points.combine(reduce.reduction(), number(reduce.init().get()), sum[0]));
        }

        /** Where the lane has its numbers of a leaf; what is found here holds wherever the row goes on. */
        private RowMemory memory(Leaf leaf) {
            return new RowMemory(k, new RowMemory.Shape(step.columns(), lanes), leaf, spots.getFirst().at);
        }

        private void store(Spot spot, RowMemory target, List<Operand> numbers) {
            nest.when(k.ints.both(place.isThere, spot.isThere), () -> target.store(spot.at, numbers));
        }

        /** What an expression is for the row. */
        private Operand number(Expression value) {
            return points.evaluate(value, place.point, this::ofRow);
        }

        private Operand ofRow(Leaf leaf) {
            var known = ofRow.get(leaf);
            if (known == null) {
                known = there(place.isThere, 1, () -> List.of(points.read(leaf, place.point))).getFirst();
                ofRow.put(leaf, known);
            }
            return known;
        }

        private interface Use {
            void of(Spot spot, List<Operand> numbers);
        }

        /** Computes what an expression is for every column, spot by spot. */
        private void numbers(Expression value, Use use) {
            // All that is read of the row comes first: nobody waits for one load and then begins the next.
            var reads = new LinkedHashMap<Leaf, List<List<Operand>>>();
            value.leaves().forEach(leaf -> reads.put(leaf, ofSpots(leaf)));
            for (int s = 0; s < spots.size(); s++) {
                int at = s;
                use.of(spots.get(s), IntStream.range(0, lanes.width()).mapToObj(j -> evaluate(value, spots.get(at), j, leaf -> reads.get(leaf).get(at).get(j))).toList());
            }
        }

        private Operand evaluate(Expression value, Spot spot, int j, Function<Leaf, Operand> reads) {
            return points.evaluate(value, spot.at.point().moved(k.ints, step.columns().getLast(), j), reads);
        }

        private List<List<Operand>> ofSpots(Leaf leaf) {
            if (ofSpots.containsKey(leaf)) {
                return ofSpots.get(leaf);
            }
            List<List<Operand>> numbers;
            if (step.columns().stream().allMatch(axis -> LeafDistances.isSame(leaf, axis))) {
                numbers = Collections.nCopies(spots.size(), Collections.nCopies(lanes.width(), ofRow(leaf)));
            } else {
                var memory = memory(leaf);
                numbers = spots.stream().map(spot -> there(k.ints.both(place.isThere, spot.isThere), lanes.width(), () -> memory.read(spot.at))).toList();
            }
            ofSpots.put(leaf, numbers);
            return numbers;
        }

        /** Numbers that are read where they are there, and any elsewhere. */
        private List<Operand> there(Operand condition, int count, Supplier<List<Operand>> read) {
            return Ints.is(condition, 1) ? read.get() : k.b.choose(condition, Collections.nCopies(count, Operand.f32(0)), read);
        }
    }
}
