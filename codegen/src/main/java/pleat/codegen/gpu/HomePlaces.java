package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Where tiles lie: in shared memory while there is room, else in scratch; tiles that are not needed at the same time share a place. */
final class HomePlaces {
    private static final long ALIGNMENT = 16;

    /** @param offset bytes, in the shared memory of a block or in its part of scratch */
    record Place(boolean isShared, long offset, long bytes) {
        boolean overlaps(Place other) {
            return isShared == other.isShared && offset < other.offset + other.bytes && other.offset < offset + bytes;
        }
    }

    private record Life(Home home, int from, int to) {}

    private final Map<Home, int[]> lives = new LinkedHashMap<>();
    private final Map<Home, Place> places = new IdentityHashMap<>();
    private final Map<Home, List<Home>> sources = new IdentityHashMap<>();
    private final long reserved;
    private int clock;

    private HomePlaces(long reserved) {
        this.reserved = reserved;
    }

    /**
     * @param reserved bytes at the start of shared memory that are used for other things
     * @param budget bytes of shared memory to be used at most
     */
    static HomePlaces of(ImmutableList<Step> steps, long reserved, long budget) {
        var result = new HomePlaces(reserved);
        result.walk(steps);
        var lives = result.lives.entrySet().stream().map(e -> new Life(e.getKey(), e.getValue()[0], e.getValue()[1])).toList();
        var byStart = new ArrayList<>(lives);
        byStart.sort(Comparator.comparingInt(Life::from));
        var placed = new ArrayList<Life>();
        for (Life life : byStart) {
            result.places.put(life.home, result.inPlace(life).orElseGet(() -> result.place(placed, life, budget)));
            placed.add(life);
        }
        return result;
    }

    private Place place(List<Life> placed, Life life, long budget) {
        long bytes = Math.ceilDiv(Math.max(1, life.home.bytes()), ALIGNMENT) * ALIGNMENT;
        var shared = new Place(true, free(placed, life, true, bytes), bytes);
        return shared.offset + bytes <= budget ? shared : new Place(false, free(placed, life, false, bytes), bytes);
    }

    /** That of a tile which is not needed after the step that makes this one, if each element of it is looked at just before it is written over. */
    private Optional<Place> inPlace(Life life) {
        var before = sources.getOrDefault(life.home, List.of());
        return before.stream().filter(home -> lives.get(home)[1] == life.from && lives.get(home)[0] < life.from && home.liesAs(life.home)).findFirst().map(places::get);
    }

    /** Tiles of which an element of a step's result needs only the one at the same point. */
    private static Stream<Home> pointwise(Step step, Home made) {
        return switch (step) {
            case Step.Fill(_, Expression value, _) -> value.homes();
            case Step.Multiply(Product product, var init, Epilogue epilogue) -> {
                var factors = Stream.concat(product.factors().left().homes(), product.factors().right().homes()).toList();
                yield Stream.concat(init.stream().flatMap(Expression::homes), epilogue.reads()).filter(home -> !factors.contains(home));
            }
            case Step.Rows rows -> pointwise(rows, made);
            case Step.Write _, Step.Reduce _, Step.Scatter _, Step.Loop _ -> Stream.of();
        };
    }

    // A lane that reads a number more than once keeps it, so what counts is who reads it first.
    private static Stream<Home> pointwise(Step.Rows rows, Home made) {
        var before = rows.steps().stream().takeWhile(step -> writes(step).noneMatch(home -> home == made));
        var maker = rows.steps().stream().filter(step -> writes(step).anyMatch(home -> home == made));
        var read = Stream.concat(before, maker).flatMap(HomePlaces::reads).toList();
        return rows.stored().size() == 1 && made.axes().containsAll(rows.columns()) ? rows.reads().filter(read::contains) : Stream.of();
    }

    Place of(Home home) {
        return places.get(home);
    }

    long sharedBytes() {
        return Math.max(reserved, end(true));
    }

    long scratchBytes() {
        return end(false);
    }

    private long end(boolean isShared) {
        return places.values().stream().filter(p -> p.isShared == isShared).mapToLong(p -> p.offset + p.bytes).max().orElse(0);
    }

    private long free(List<Life> placed, Life life, boolean isShared, long bytes) {
        var taken = placed.stream().filter(p -> p.from <= life.to && life.from <= p.to).map(p -> places.get(p.home)).filter(p -> p.isShared == isShared)
                .sorted(Comparator.comparingLong(Place::offset)).toList();
        long at = isShared ? reserved : 0;
        for (Place place : taken) {
            if (at + bytes <= place.offset) {
                break;
            }
            at = Math.max(at, place.offset + place.bytes);
        }
        return at;
    }

    private void walk(List<Step> steps) {
        for (Step step : steps) {
            clock++;
            switch (step) {
                case Step.Loop(_, var body) -> {
                    int start = clock;
                    walk(body);
                    clock++;
                    // What was there before the loop must be there in its last turn too.
                    lives.values().stream().filter(life -> life[0] < start && life[1] >= start).forEach(life -> life[1] = clock);
                }
                case Step.Fill _, Step.Write _, Step.Reduce _, Step.Multiply _, Step.Scatter _, Step.Rows _ -> {
                    Stream.concat(reads(step), writes(step)).forEach(this::touch);
                    writes(step).forEach(home -> sources.putIfAbsent(home, pointwise(step, home).toList()));
                }
            }
        }
    }

    private void touch(Home home) {
        lives.computeIfAbsent(home, _ -> new int[] {clock, clock})[1] = clock;
    }

    /** Tiles that a step reads; a loop's are those of its steps. */
    static Stream<Home> reads(Step step) {
        return switch (step) {
            case Step.Fill(_, Expression value, _) -> value.homes();
            case Step.Write(_, Expression value, _, _) -> value.homes();
            case Step.Reduce(_, _, Expression value, var init, _) -> Stream.concat(value.homes(), init.stream().flatMap(Expression::homes));
            case Step.Multiply(Product product, var init, Epilogue epilogue) -> Stream.of(product.factors().left().homes(), product.factors().right().homes(),
                    init.stream().flatMap(Expression::homes), epilogue.reads()).flatMap(homes -> homes);
            case Step.Scatter _ -> Stream.of();
            case Step.Rows rows -> rows.reads();
            case Step.Loop(_, var body) -> body.stream().flatMap(HomePlaces::reads);
        };
    }

    static Stream<Home> writes(Step step) {
        return switch (step) {
            case Step.Fill(_, _, Home home) -> Stream.of(home);
            case Step.Write _ -> Stream.of();
            case Step.Reduce(_, _, _, _, Step.Into(Home home, var parts)) -> Stream.concat(parts.stream(), Stream.of(home));
            case Step.Multiply(_, _, Epilogue epilogue) -> epilogue.writes();
            case Step.Scatter(_, Home home) -> Stream.of(home);
            case Step.Rows rows -> rows.stored().stream();
            case Step.Loop(_, var body) -> body.stream().flatMap(HomePlaces::writes);
        };
    }
}
