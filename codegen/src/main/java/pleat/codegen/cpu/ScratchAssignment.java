package pleat.codegen.cpu;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Gives every slot an offset in scratch: slots that are never needed at the same time may share memory. */
record ScratchAssignment(Map<Slot, Long> offsets, long bytes) {
    private static final long ALIGNMENT = 64;
    /** Vector loads may read this far past the end of a row. */
    private static final long SLACK_BYTES = 256;

    long offset(Slot slot) {
        return offsets.get(slot);
    }

    static ScratchAssignment of(List<TilePlan.Leveled> steps) {
        var ranges = new LiveRanges();
        for (var leveled : steps) {
            ranges.step(leveled.step(), leveled.level());
        }
        return ranges.assign();
    }

    /** First and last step that touches each slot. */
    private static final class LiveRanges {
        private final Set<Slot> slots = new LinkedHashSet<>();
        private final Map<Slot, Integer> first = new IdentityHashMap<>();
        private final Map<Slot, Integer> last = new IdentityHashMap<>();
        private final Map<Slot, Integer> level = new IdentityHashMap<>();
        private int clock;

        void step(Step step, int stepLevel) {
            clock++;
            for (Slot slot : SlotsOf.step(step)) {
                slots.add(slot);
                first.putIfAbsent(slot, clock);
                // What is not made anew for each step that reads it must survive until the last program.
                if (level.putIfAbsent(slot, stepLevel) != null && level.get(slot) < stepLevel) {
                    last.put(slot, Integer.MAX_VALUE);
                }
                last.merge(slot, clock, Math::max);
            }
            if (step instanceof Step.Loop loop) {
                loop(loop, stepLevel);
            }
        }

        // What comes into a loop from outside, or from the iteration before, is needed until its end.
        private void loop(Step.Loop loop, int stepLevel) {
            int start = clock;
            var before = new LinkedHashSet<>(slots);
            loop.body().forEach(inner -> step(inner, stepLevel));
            clock++;
            for (Slot slot : slots) {
                if (before.contains(slot) && last.get(slot) > start) {
                    last.merge(slot, clock, Math::max);
                }
            }
        }

        ScratchAssignment assign() {
            var order = new ArrayList<>(slots);
            order.sort((a, b) -> Long.compare(b.bytes(), a.bytes()));
            var offsets = new IdentityHashMap<Slot, Long>();
            var placed = new ArrayList<Slot>();
            long end = 0;
            for (Slot slot : order) {
                long offset = firstGap(slot, placed, offsets);
                offsets.put(slot, offset);
                placed.add(slot);
                end = Math.max(end, offset + size(slot));
            }
            return new ScratchAssignment(offsets, end + SLACK_BYTES);
        }

        private long firstGap(Slot slot, List<Slot> placed, Map<Slot, Long> offsets) {
            var inTheWay = new ArrayList<Slot>();
            for (Slot other : placed) {
                if (first.get(other) <= last.get(slot) && first.get(slot) <= last.get(other)) {
                    inTheWay.add(other);
                }
            }
            inTheWay.sort((a, b) -> Long.compare(offsets.get(a), offsets.get(b)));
            long offset = 0;
            for (Slot other : inTheWay) {
                if (offsets.get(other) - offset >= size(slot)) {
                    break;
                }
                offset = Math.max(offset, offsets.get(other) + size(other));
            }
            return offset;
        }

        private static long size(Slot slot) {
            return Math.ceilDiv(slot.bytes(), ALIGNMENT) * ALIGNMENT;
        }
    }
}
