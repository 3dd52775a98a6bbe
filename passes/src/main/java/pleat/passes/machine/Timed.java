package pleat.passes.machine;

import com.google.common.collect.ImmutableMap;
import java.util.Map;

/**
 * What kernels and exchanges took on a machine that Pleat ran on. There devices do their exchanges themselves, so that no time of an exchange is hidden
 * behind kernels.
 *
 * @param seconds of one unit of each part; a part that is not here takes no time of its own
 * @param apart when devices with equal work meet, how far one is behind the other, as a part of the time since they met last
 */
public record Timed(ImmutableMap<TilePart, Double> seconds, double apart) {

    /** Of a kernel with so many units of each part. */
    public double seconds(Map<TilePart, Double> counts) {
        return counts.entrySet().stream().mapToDouble(entry -> entry.getValue() * seconds.getOrDefault(entry.getKey(), 0.0)).sum();
    }
}
