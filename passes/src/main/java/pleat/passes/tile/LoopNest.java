package pleat.passes.tile;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import java.util.Set;

/**
 * Axis classes that a tile program walks in blocks, one loop inside the other, and which equations stand before, inside and after.
 *
 * @param classes outermost first; none: there is no loop
 */
record LoopNest(ImmutableList<Integer> classes, Optional<Streaming> streaming, ImmutableList<Place> places) {

    /** Where an equation stands. */
    enum Place {
        BEFORE, INSIDE, AFTER
    }

    static LoopNest none(Group group) {
        var places = ImmutableList.<Place>builder();
        group.ops().forEach(_ -> places.add(Place.BEFORE));
        return new LoopNest(ImmutableList.of(), Optional.empty(), places.build());
    }

    /** The nest over the given classes; empty if an equation inside would need a reduction that is complete only after the loop. */
    static Optional<LoopNest> of(Group group, ImmutableList<Integer> classes) {
        var streaming = classes.size() == 1 ? Streaming.of(group, classes.getFirst()) : Optional.<Streaming>empty();
        var producers = group.producers();
        var places = new Place[group.ops().size()];
        var complete = new boolean[group.ops().size()];
        var walked = ImmutableSet.copyOf(classes);
        for (int o = 0; o < places.length; o++) {
            boolean waits = false;
            for (var operand : group.ops().get(o).operands()) {
                Integer producer = producers.get(operand);
                waits |= producer != null && complete[producer];
            }
            int touched = count(group.classes().written(o), walked) + count(group.classes().reduced(o), walked);
            int summed = count(group.classes().reduced(o), walked);
            if (touched == 0) {
                places[o] = waits ? Place.AFTER : Place.BEFORE;
                complete[o] = waits;
                continue;
            }
            boolean isWhole = touched == walked.size() && (summed == 0 || summed == walked.size());
            if (!isWhole || (waits && !readsOnlyMaximum(group, o, complete, streaming))) {
                return Optional.empty();
            }
            places[o] = Place.INSIDE;
            complete[o] = summed > 0;
        }
        return Optional.of(new LoopNest(classes, streaming, ImmutableList.copyOf(places)));
    }

    // Inside a streaming loop the running maximum stands in for the final one.
    private static boolean readsOnlyMaximum(Group group, int op, boolean[] complete, Optional<Streaming> streaming) {
        var producers = group.producers();
        return streaming.isPresent() && group.ops().get(op).operands().stream().allMatch(operand -> {
            Integer producer = producers.get(operand);
            return producer == null || !complete[producer] || producer == streaming.get().maximum();
        });
    }

    private static int count(Set<Integer> classes, Set<Integer> walked) {
        return (int) classes.stream().filter(walked::contains).count();
    }
}
