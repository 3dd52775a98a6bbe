package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    private int clock;

    private final long reserved;

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
            long bytes = Math.ceilDiv(Math.max(1, life.home.bytes()), ALIGNMENT) * ALIGNMENT;
            var shared = new Place(true, result.free(placed, life, true, bytes), bytes);
            result.places.put(life.home, shared.offset + bytes <= budget ? shared : new Place(false, result.free(placed, life, false, bytes), bytes));
            placed.add(life);
        }
        return result;
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
                case Step.Fill _, Step.Write _, Step.Reduce _, Step.Multiply _, Step.Scatter _ -> Stream.concat(reads(step), writes(step)).forEach(this::touch);
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
            case Step.Multiply(Product product, var init, _) -> Stream.of(product.factors().left().homes(), product.factors().right().homes(),
                    init.stream().flatMap(Expression::homes)).flatMap(homes -> homes);
            case Step.Scatter _ -> Stream.of();
            case Step.Loop(_, var body) -> body.stream().flatMap(HomePlaces::reads);
        };
    }

    static Stream<Home> writes(Step step) {
        return switch (step) {
            case Step.Fill(_, _, Home home) -> Stream.of(home);
            case Step.Write _ -> Stream.of();
            case Step.Reduce(_, _, _, _, Home home) -> Stream.of(home);
            case Step.Multiply(_, _, Home home) -> Stream.of(home);
            case Step.Scatter(_, Home home) -> Stream.of(home);
            case Step.Loop(_, var body) -> body.stream().flatMap(HomePlaces::writes);
        };
    }
}
