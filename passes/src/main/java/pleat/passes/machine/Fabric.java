package pleat.passes.machine;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.Comparator;
import java.util.Optional;

/**
 * What joins devices. Where collectives were timed, the times count; elsewhere links do.
 *
 * @param tables timed collectives
 * @param links by the ranks that they reach, ascending; the last one reaches any number
 */
public record Fabric(ImmutableList<Table> tables, ImmutableList<Link> links) {

    /**
     * A collective among {@code ranks} ranks.
     *
     * @param points by size, ascending
     */
    public record Table(int ranks, Primitive primitive, ImmutableList<Point> points) {
        public Table {
            checkArgument(!points.isEmpty(), "no times of %s among %s", primitive, ranks);
            checkArgument(points.equals(ImmutableList.sortedCopyOf(Comparator.comparingDouble(Point::bytes), points)),
                    "sizes of %s among %s do not ascend", primitive, ranks);
        }

        /**
         * Straight between sizes that were timed and beyond the largest; below the smallest, which is all latency, as the smallest. What took less than a smaller
         * one was timed with noise: beyond the largest times do not fall.
         */
        double seconds(double bytes) {
            if (bytes <= points.getFirst().bytes() || points.size() == 1) {
                return points.getFirst().seconds();
            }
            int above = 1;
            while (above < points.size() - 1 && points.get(above).bytes() < bytes) {
                above++;
            }
            var low = points.get(above - 1);
            var high = points.get(above);
            double straight = low.seconds() + (high.seconds() - low.seconds()) * (bytes - low.bytes()) / (high.bytes() - low.bytes());
            return bytes > high.bytes() ? Math.max(high.seconds(), straight) : straight;
        }
    }

    /** @param bytes of the full tensor */
    public record Point(double bytes, double seconds) {}

    /**
     * @param ranks how many it joins at most
     * @param latencySeconds what a collective takes before the first byte
     * @param bytesPerSecond what a rank sends while all send
     */
    public record Link(int ranks, double latencySeconds, double bytesPerSecond) {}

    public Fabric {
        checkArgument(!links.isEmpty(), "no link");
        checkArgument(links.equals(ImmutableList.sortedCopyOf(Comparator.comparingInt(Link::ranks), links)), "ranks of links do not ascend");
    }

    /** @param bytes of the full tensor */
    public double seconds(Primitive primitive, int ranks, long bytes) {
        if (ranks <= 1 || bytes == 0) {
            return 0;
        }
        return table(primitive, ranks).map(table -> table.seconds(alike(primitive, ranks, bytes, table.ranks()))).orElseGet(() -> {
            var link = link(ranks);
            return link.latencySeconds() + primitive.wireBytes(ranks, bytes) / link.bytesPerSecond();
        });
    }

    /** The table of the next larger group that was timed: its slowest wire is at least as slow. */
    private Optional<Table> table(Primitive primitive, int ranks) {
        return tables.stream().filter(table -> table.primitive() == primitive && table.ranks() >= ranks)
                .min(Comparator.comparingInt(Table::ranks));
    }

    /** The size at which ranks of another group send as many bytes each. */
    private static double alike(Primitive primitive, int ranks, long bytes, int others) {
        return ranks == others ? bytes : bytes * primitive.wireBytes(ranks, 1) / primitive.wireBytes(others, 1);
    }

    private Link link(int ranks) {
        return links.stream().filter(link -> link.ranks() >= ranks).findFirst().orElse(links.getLast());
    }
}
