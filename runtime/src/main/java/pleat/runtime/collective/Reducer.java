package pleat.runtime.collective;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Combines blocks of several operands into one result, in the order of the group. */
final class Reducer {
    private final Combination combination;

    Reducer(Route route) {
        combination = new Combination(route.whole().dtype(), route.exchange().pattern().reduction());
    }

    /** What one member gives. */
    record Part(BlockCopy copy, MemorySegment operand) {}

    void run(List<Part> parts, MemorySegment result) {
        var first = parts.getFirst().copy();
        boolean lieAlike = parts.stream().allMatch(part -> part.copy().loops().equals(first.loops()) && part.copy().to() == first.to()
                && part.copy().bytes() == first.bytes());
        if (lieAlike) {
            together(parts, result);
        } else {
            oneAfterTheOther(parts, result);
        }
    }

    private void together(List<Part> parts, MemorySegment result) {
        var first = parts.getFirst().copy();
        first.forEach((from, to, bytes) -> {
            var sources = new ArrayList<Combination.Source>(parts.size());
            for (Part part : parts) {
                sources.add(new Combination.Source(part.operand(), from - first.from() + part.copy().from()));
            }
            combination.run(sources, result, to, bytes);
        });
    }

    // Parts that overlap in the result only here and there: what is there so far is one of two operands.
    private void oneAfterTheOther(List<Part> parts, MemorySegment result) {
        combination.run(List.of(), result, 0, result.byteSize());
        for (Part part : parts) {
            part.copy().forEach((from, to, bytes) -> combination.run(
                    List.of(new Combination.Source(result, to), new Combination.Source(part.operand(), from)), result, to, bytes));
        }
    }
}
