package pleat.cli.report;

import com.google.common.collect.ImmutableList;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import pleat.passes.estimate.Timeline;

/**
 * What a page about plans shows, in this order.
 *
 * @param lines those that matter most first
 * @param facts one line each below the title: model, sizes, machine, budget
 * @param notes longer texts at the end
 */
public record Report(String title, ImmutableList<String> facts, Plans plans, ImmutableList<Frontier> frontiers, ImmutableList<Line> lines,
        ImmutableList<Note> notes) {

    /** A table with a row for each plan. */
    public record Plans(ImmutableList<String> columns, ImmutableList<Row> rows) {
        public static final Plans NONE = new Plans(ImmutableList.of(), ImmutableList.of());
    }

    /** @param cells as many as there are columns */
    public record Row(ImmutableList<String> cells, Mark mark) {}

    /** How a row stands out. */
    public enum Mark {
        NONE, BEST, UNFIT;

        String word() {
            return this == NONE ? "" : name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What one device does in one step.
     *
     * @param of the plan and the device
     * @param budgetBytes what must not be exceeded, if anything
     * @param atPeak what is in memory when most is, the largest first; empty if that is not known
     */
    public record Line(String of, String text, Timeline timeline, OptionalLong budgetBytes, ImmutableList<Share> atPeak) {}

    /** A part of what is in memory. */
    public record Share(long bytes, String what, String why) {}

    /** How long a step takes for how much memory. */
    public record Frontier(String of, String text, ImmutableList<Spot> spots) {}

    /** @param measuredMs what a run took, if there was one */
    public record Spot(String label, long bytes, OptionalDouble estimateMs, OptionalDouble measuredMs) {}

    public record Note(String of, String text) {}
}
