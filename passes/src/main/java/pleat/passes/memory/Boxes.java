package pleat.passes.memory;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Rectangles to be stacked: box b is {@code height[b]} units high and spans sections {@code from[b]} to {@code to[b]}, exclusive.
 * Sections are stretches of time in which no box begins or ends, so there are at most twice as many as boxes.
 */
record Boxes(long[] height, int[] from, int[] to, int sections) {

    /** Boxes of the buffers, in their order, a unit of height being {@code unitBytes}. */
    static Boxes of(List<Buffer> buffers, long unitBytes) {
        var times = IntStream.concat(buffers.stream().mapToInt(Buffer::first), buffers.stream().mapToInt(b -> b.last() + 1))
                .sorted().distinct()
                .toArray();
        var height = buffers.stream().mapToLong(b -> Math.ceilDiv(b.bytes(), unitBytes)).toArray();
        var from = buffers.stream().mapToInt(b -> Arrays.binarySearch(times, b.first())).toArray();
        var to = buffers.stream().mapToInt(b -> Arrays.binarySearch(times, b.last() + 1)).toArray();
        return new Boxes(height, from, to, Math.max(0, times.length - 1));
    }

    int count() {
        return height.length;
    }

    boolean meet(int a, int b) {
        return from[a] < to[b] && from[b] < to[a];
    }

    long area(int box) {
        return height[box] * (to[box] - from[box]);
    }

    /** Sum of the heights in each section. */
    long[] heights() {
        var sums = new long[sections];
        for (int b = 0; b < count(); b++) {
            for (int s = from[b]; s < to[b]; s++) {
                sums[s] += height[b];
            }
        }
        return sums;
    }

    /** The tallest section: no stacking is lower. */
    long lowerBound() {
        return Arrays.stream(heights()).max().orElse(0);
    }

    /** The chosen boxes, in the given order, over the sections they touch. */
    Boxes select(int[] chosen) {
        var times = IntStream.concat(Arrays.stream(chosen).map(b -> from[b]), Arrays.stream(chosen).map(b -> to[b])).sorted()
                .distinct().toArray();
        return new Boxes(Arrays.stream(chosen).mapToLong(b -> height[b]).toArray(),
                Arrays.stream(chosen).map(b -> Arrays.binarySearch(times, from[b])).toArray(),
                Arrays.stream(chosen).map(b -> Arrays.binarySearch(times, to[b])).toArray(), Math.max(0, times.length - 1));
    }

    /** Orders in which to stack, each good for some shape of problem; ties go by position, so every run gives the same. */
    List<int[]> orders() {
        Comparator<Integer> tallest = Comparator.comparingLong((Integer b) -> -height[b]);
        Comparator<Integer> largest = Comparator.comparingLong((Integer b) -> -area(b));
        Comparator<Integer> longest = Comparator.comparingInt((Integer b) -> from[b] - to[b]);
        Comparator<Integer> earliest = Comparator.comparingInt((Integer b) -> from[b]);
        var sums = heights();
        Comparator<Integer> busiest = Comparator.comparingLong((Integer b) ->
                -Arrays.stream(sums, from[b], to[b]).max().orElse(0));
        return List.of(order(largest), order(tallest.thenComparing(longest)), order(longest.thenComparing(tallest)),
                order(busiest.thenComparing(largest)), order(earliest.thenComparing(largest)));
    }

    private int[] order(Comparator<Integer> by) {
        return IntStream.range(0, count()).boxed().sorted(by.thenComparing(Comparator.naturalOrder())).mapToInt(Integer::intValue)
                .toArray();
    }
}
