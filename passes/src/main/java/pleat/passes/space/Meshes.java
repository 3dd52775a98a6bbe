package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import java.util.List;

/** The meshes that a number of devices can form and a model can use. */
final class Meshes {
    private Meshes() {}

    /**
     * One axis where some class of positions is long enough for all devices. Else two axes, in both orders: the fewest ranks along the first
     * for which the second is not too long, and the next such numbers. Their number does not grow with that of the devices.
     */
    static ImmutableList<Ranks> of(List<SegmentFacts> facts, int devices) {
        long longest = facts.stream().flatMap(segment -> segment.segment().given().stream()).flatMap(value -> value.type().dims().stream())
                .mapToLong(dim -> dim.known()).max().orElse(1);
        if (devices <= longest) {
            return ImmutableList.of(Ranks.of(devices));
        }
        var meshes = ImmutableList.<Ranks>builder();
        int found = 0;
        for (int first = (int) Math.sqrt(devices); first > 1 && found < 1; first--) {
            if (devices % first == 0 && devices / first <= longest) {
                meshes.add(Ranks.of(devices / first, first));
                found++;
            }
        }
        return found == 0 ? ImmutableList.of(Ranks.of(devices)) : meshes.build();
    }
}
