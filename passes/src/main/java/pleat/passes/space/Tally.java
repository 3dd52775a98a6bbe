package pleat.passes.space;

import java.util.stream.IntStream;
import pleat.passes.planner.Run;

/**
 * What a rank of a plan does in a step, counted choice by choice.
 *
 * @param sentBytes of the device that sends most, each block straight to those who need it
 * @param forward collectives of all forward passes
 * @param forwardFlops operations of all forward passes
 * @param recomputeFlops operations that the way back does again
 */
public record Tally(long sentBytes, long forward, long forwardFlops, long recomputeFlops) {

    static Tally of(Outcome.Found found) {
        var exchanges = Exchanges.of(found);
        long forward = 0;
        long again = 0;
        for (Run run : found.plan().runs()) {
            var block = found.block(run);
            for (int c = 0; c < block.choices().size(); c++) {
                var choice = block.choice(run, c);
                var cluster = block.facts().clusters().get(c);
                forward += run.count() * IntStream.range(0, cluster.members().size()).mapToLong(m -> Pricing.flops(cluster, choice.strategy(), m)).sum();
                again += run.count() * block.facts().again(c, choice.keep()).stream().mapToLong(m -> Pricing.flops(cluster, choice.strategy(), m)).sum();
            }
        }
        return new Tally(exchanges.mostBytes(), exchanges.forward(), forward, again);
    }
}
