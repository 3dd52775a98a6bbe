package pleat.passes.estimate;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A simulated step in which what repeats is said once. */
public record Timeline(ImmutableList<Part> parts) {

    /**
     * Moments that happen several times, one turn behind the other.
     *
     * @param name what it is a part of, as {@code Block, forward}
     * @param moments of the first turn, which begins at 0
     * @param seconds of one turn
     * @param grownBytes by how much more is allocated in each turn than in the one before
     */
    public record Part(String name, long turns, ImmutableList<Moment> moments, double seconds, long grownBytes) {

        private long peakBytes() {
            return moments.stream().mapToLong(Moment::liveBytes).max().orElse(0) + Math.max(0, grownBytes * (turns - 1));
        }
    }

    /**
     * When most is allocated for the first time.
     *
     * @param turn of its part, counted from 0
     */
    public record Peak(Part part, long turn, Moment moment, double start, long bytes) {}

    /** Of a step in which nothing is known to repeat. */
    public static Timeline of(Estimate estimate) {
        return new Timeline(ImmutableList.of(new Part("", 1, ImmutableList.copyOf(estimate.moments()), estimate.seconds(), 0)));
    }

    public double seconds() {
        return parts.stream().mapToDouble(part -> part.turns() * part.seconds()).sum();
    }

    /** Empty if nothing happens. */
    public Optional<Peak> peak() {
        Peak peak = null;
        double start = 0;
        for (Part part : parts) {
            if (!part.moments().isEmpty() && (peak == null || part.peakBytes() > peak.bytes())) {
                peak = peak(part, start);
            }
            start += part.turns() * part.seconds();
        }
        return Optional.ofNullable(peak);
    }

    private static Peak peak(Part part, double start) {
        long turn = part.grownBytes() > 0 ? part.turns() - 1 : 0;
        var fullest = part.moments().getFirst();
        for (Moment moment : part.moments()) {
            fullest = moment.liveBytes() > fullest.liveBytes() ? moment : fullest;
        }
        return new Peak(part, turn, fullest, start + turn * part.seconds() + fullest.start(), part.peakBytes());
    }

    /** All that happens, one after the other. */
    public List<Moment> moments() {
        var all = new ArrayList<Moment>();
        double start = 0;
        for (Part part : parts) {
            for (long turn = 0; turn < part.turns(); turn++, start += part.seconds()) {
                for (Moment moment : part.moments()) {
                    all.add(new Moment(moment.what(), moment.stream(), start + moment.start(), moment.seconds(), moment.liveBytes() + turn * part.grownBytes()));
                }
            }
        }
        return all;
    }
}
