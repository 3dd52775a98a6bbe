package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import pleat.ir.tensor.Location;
import pleat.ir.tensor.Value;
import pleat.passes.estimate.Moment;
import pleat.passes.estimate.Moment.Stream;
import pleat.passes.estimate.Timeline;
import pleat.passes.estimate.Timeline.Part;
import pleat.passes.space.ChosenBlock.Brought;

/** A plan as what a device does, one after the other: exactly the times and bytes that the search added up. See Note [What a timeline shows]. */
final class PlanTimeline {
    private static final double PICOS_PER_SECOND = 1e12;

    private final List<ChosenBlock> chain;
    private final ImmutableList.Builder<Part> parts = ImmutableList.builder();
    private final List<Moment> moments = new ArrayList<>();
    private long clock;
    /** Weights, and what is kept so far. */
    private long saved;
    /** What is live beside that. */
    private long live;

    private PlanTimeline(Outcome.Found found) {
        this.chain = ChosenBlock.all(found);
        this.saved = found.space().problem().fixedBytes() + chain.stream().mapToLong(block -> block.run().count() * sum(block.weights())).sum();
    }

    static Timeline of(Outcome.Found found) {
        var line = new PlanTimeline(found);
        line.chain.forEach(line::forward);
        line.chain.reversed().stream().filter(block -> block.facts().training()).forEach(line::back);
        line.chain.forEach(line::weights);
        return new Timeline(line.parts.build());
    }

    static long sum(List<Held> held) {
        return held.stream().mapToLong(Held::bytes).sum();
    }

    private void forward(ChosenBlock block) {
        var kept = block.saved();
        var reshards = block.reshards();
        long before = saved;
        saved += sum(kept.getOrDefault(ChosenBlock.GIVEN, List.of()));
        for (int r = 0; r < block.facts().regions().size(); r++) {
            for (int c : block.facts().regionClusters().get(r)) {
                live = sum(block.facts().training() ? block.used(c) : block.live(r));
                block.brought(c).forEach(brought -> send(name(block, brought.value()), reshards.forwardPicos(brought.value(), brought.steps())));
                var time = block.time(c);
                compute(name(block, c), time.forward().computed());
                send(name(block, c), time.forward().sent());
                saved += sum(kept.getOrDefault(c, List.of()));
            }
        }
        block.handed().forEach(handed -> send(name(block, handed.value()), reshards.forwardPicos(handed.value(), handed.steps())));
        long each = saved - before;
        close(block, "forward", block.run().count(), each);
        saved = before + block.run().count() * each;
    }

    private void back(ChosenBlock block) {
        var reshards = block.reshards();
        block.handed().forEach(handed -> send(name(block, handed.value()) + " back", reshards.backwardPicos(handed.value(), handed.steps())));
        for (int r = block.facts().regions().size() - 1; r >= 0; r--) {
            var clusters = block.facts().regionClusters().get(r);
            live = sum(block.live(r));
            clusters.forEach(c -> again(block, c));
            for (int c : clusters.reversed()) {
                send(name(block, c) + " back", block.time(c).back().sent());
                compute(name(block, c) + " back", block.time(c).back().computed());
                for (Brought brought : block.brought(c)) {
                    send(name(block, brought.value()) + " back", reshards.backwardPicos(brought.value(), brought.steps()));
                }
            }
        }
        close(block, "backward", block.run().count(), 0);
    }

    private void again(ChosenBlock block, int c) {
        for (Brought brought : block.brought(c)) {
            if (brought.back() == Copies.State.AGAIN) {
                send(name(block, brought.value()) + " again", block.reshards().forwardPicos(brought.value(), brought.steps()));
            }
        }
        compute(name(block, c) + " again", block.time(c).again().computed());
        send(name(block, c) + " again", block.time(c).again().sent());
    }

    /** What is done for the weights of all copies at once. */
    private void weights(ChosenBlock block) {
        live = 0;
        for (int c = 0; c < block.facts().clusters().size(); c++) {
            var time = block.time(c);
            send(name(block, c) + " weights", block.run().count() * time.weightsSent());
            compute(name(block, c) + " weights", block.run().count() * time.update());
        }
        close(block, "weights", 1, 0);
    }

    private void compute(String what, long picos) {
        happens(what, Stream.COMPUTE, picos);
    }

    private void send(String what, long picos) {
        happens(what, Stream.COMMUNICATION, picos);
    }

    private void happens(String what, Stream stream, long picos) {
        if (picos > 0) {
            moments.add(new Moment(what, stream, clock / PICOS_PER_SECOND, picos / PICOS_PER_SECOND, saved + live));
            clock += picos;
        }
    }

    private void close(ChosenBlock block, String what, long turns, long grown) {
        if (!moments.isEmpty()) {
            parts.add(new Part(block.name() + ", " + what, turns, ImmutableList.copyOf(moments), clock / PICOS_PER_SECOND, grown));
        }
        moments.clear();
        clock = 0;
        live = 0;
    }

    private static String name(ChosenBlock block, int cluster) {
        var last = block.facts().clusters().get(cluster).members().getLast();
        return name(last.op().location(), last.result());
    }

    private static String name(ChosenBlock block, Value value) {
        return name(block.location(value), value);
    }

    /** As {@code attention:21 sum}: the line of the source, and what it makes. */
    private static String name(Location location, Value value) {
        String file = location.file().substring(location.file().lastIndexOf('/') + 1).replace(".pleat", "");
        return location.isKnown() ? file + ":" + location.line() + " " + value.name() : value.name();
    }
}

/*
 * Note [What a timeline shows]
 *
 * The search adds up times and does not know what can go on side by side, so its timeline does one thing after the other. Bytes are the search's own too: all that is kept stays until the
 * end of the step, which is when the last copy's way back begins and hence where the peak is; while a region is gone through backward, all that is live in it at some time is live all the
 * time. Forward in training a cluster has what it reads and makes, which the search does not look at since the way back of the same region has more.
 */
