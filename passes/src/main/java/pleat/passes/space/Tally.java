package pleat.passes.space;

import java.util.Optional;
import java.util.stream.IntStream;
import pleat.ir.tensor.Value;
import pleat.passes.machine.Primitive;
import pleat.passes.planner.Run;
import pleat.passes.space.Layout.Part;
import pleat.passes.space.SegmentBlock.Choice;

/**
 * What a rank of a plan does in a step, counted choice by choice.
 *
 * @param sentBytes over links, by the algorithms that send least
 * @param forward collectives of all forward passes
 * @param forwardFlops operations of all forward passes
 * @param recomputeFlops operations that the way back does again
 */
public record Tally(double sentBytes, long forward, long forwardFlops, long recomputeFlops) {
    private static final Tally NOTHING = new Tally(0, 0, 0, 0);

    private Tally plus(Tally other) {
        return new Tally(sentBytes + other.sentBytes, forward + other.forward, forwardFlops + other.forwardFlops, recomputeFlops + other.recomputeFlops);
    }

    private Tally times(long count) {
        return new Tally(sentBytes * count, forward * count, forwardFlops * count, recomputeFlops * count);
    }

    static Tally of(Outcome.Found found) {
        var tally = NOTHING;
        for (Run run : found.plan().runs()) {
            int link = found.space().problem().chain().get(run.link()).block();
            tally = tally.plus(new Walk(found.space(), found.space().blocks().get(link), run).all().times(run.count()));
        }
        return tally;
    }

    /** One copy of a block. */
    private record Walk(PlanSpace space, SegmentBlock block, Run run) {

        private Pricing pricing() {
            return space.options().pricing();
        }

        private boolean training() {
            return block.facts().training();
        }

        Tally all() {
            var tally = NOTHING;
            for (int c = 0; c < block.choices().size(); c++) {
                tally = tally.plus(cluster(c, block.choice(run, c)));
            }
            for (Value value : block.copyOptions().variables().keySet()) {
                for (var copy : block.copies(run, value).copies()) {
                    tally = tally.plus(resharded(value, block.layout(run, value), copy.layout(), copy.state() == Copies.State.AGAIN));
                }
            }
            for (int h = 0; h < block.boundaries().handed().size(); h++) {
                var value = block.facts().segment().handed().get(h);
                if (block.facts().makers().containsKey(value)) {
                    var layout = block.boundaryLayout(run, block.boundaries().handed().get(h));
                    tally = tally.plus(resharded(value, block.layout(run, value), layout, false));
                }
            }
            return tally;
        }

        private Tally cluster(int c, Choice choice) {
            var cluster = block.facts().clusters().get(c);
            long flops = IntStream.range(0, cluster.members().size()).mapToLong(m -> Pricing.flops(cluster, choice.strategy(), m)).sum();
            var tally = new Tally(0, 0, flops, block.facts().again(c, choice.keep()).stream().mapToLong(m -> Pricing.flops(cluster, choice.strategy(), m)).sum());
            for (var transfer : choice.strategy().transfers()) {
                double forward = pricing().wireBytes(transfer.forward(), transfer.meshAxis(), transfer.value(), transfer.elements());
                double back = training() ? pricing().wireBytes(transfer.backward(), transfer.meshAxis(), transfer.value(), transfer.elements()) : 0;
                int times = block.facts().again(c, choice.keep()).contains(transfer.member()) ? 2 : 1;
                tally = tally.plus(new Tally(times * forward + back, transfer.forward().isPresent() ? 1 : 0, 0, 0));
            }
            for (Value weight : choice.strategy().lies().keySet()) {
                if (block.facts().segment().weights().contains(weight)) {
                    tally = tally.plus(new Tally(weight(weight, choice.strategy().of(weight)), 0, 0, 0));
                }
            }
            return tally;
        }

        private double weight(Value weight, Layout layout) {
            var state = space.options().state();
            double bytes = 0;
            for (int a = 0; a < pricing().ranks().axes() && state.isTraining(); a++) {
                if (layout.along(a) instanceof Part.Own) {
                    long elements = layout.elements(weight.type(), pricing().ranks());
                    bytes += state.shared() ? 3 * pricing().wireBytes(Optional.of(Primitive.ALL_GATHER), a, weight, elements)
                            : pricing().wireBytes(Optional.of(Primitive.ALL_REDUCE), a, weight, elements);
                }
            }
            return bytes;
        }

        private Tally resharded(Value value, Layout from, Layout to, boolean again) {
            var tally = NOTHING;
            for (var step : Resharding.of(value, from, to, pricing().ranks()).orElseThrow().steps()) {
                double forward = pricing().wireBytes(step.forward(), step.meshAxis(), value, step.elements());
                double back = block.facts().segment().active().contains(value)
                        ? pricing().wireBytes(step.backward(), step.meshAxis(), value, step.elements()) : 0;
                tally = tally.plus(new Tally((again ? 2 : 1) * forward + back, step.forward().isPresent() ? 1 : 0, 0, 0));
            }
            return tally;
        }
    }
}
