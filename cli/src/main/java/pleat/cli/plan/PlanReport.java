package pleat.cli.plan;

import java.io.PrintWriter;
import pleat.cli.compile.Bytes;
import pleat.passes.space.Outcome;

/** Plans in words. */
public final class PlanReport {
    private PlanReport() {}

    /** Why there is no plan of that name, and what would help. */
    public static String refusal(Outcome outcome) {
        return "plan " + outcome.plan().text() + " cannot be had: " + outcome.reason() + (outcome.exists() ? "\n  = help: " + enough(outcome) : "");
    }

    /** The smallest budget, or one that is enough where the search ended before it was known to be the smallest. */
    private static String enough(Outcome outcome) {
        String memory = "--memory " + outcome.bytes() + ", which is " + Bytes.text(outcome.bytes());
        return outcome.lowerBoundBytes() == outcome.bytes() ? "the smallest plan of that name needs " + memory
                : "a plan of that name needs " + memory + "; proven is only that no plan needs less than " + outcome.lowerBoundBytes();
    }

    static void print(PrintWriter out, Outcome outcome, PlanRow row) {
        out.printf("%s on %s%n", row.plan(), outcome.mesh());
        out.printf("  time     %.1f ms estimated, %.1f to %.1f; at least %.1f within the budget, gap %.2f %%%n", row.estimateMs(), row.lowMs(), row.highMs(),
                row.lowerBoundMs(), 100 * row.gap());
        out.printf("  memory   %s of %s%n", Bytes.text(row.peakBytes()), Bytes.text(row.budgetBytes()));
        out.printf("  sent     %s a step; %.2f TFLOP computed again%n", Bytes.text(row.sentBytes()), row.recomputeFlops() / 1e12);
        out.printf("  search   %.2f s%n", row.searchSeconds());
    }

    static void pins(PrintWriter out, Outcome pinned, Outcome free) {
        out.printf("  pins     cost %.1f ms: without them %.1f ms%n", (pinned.timePicos() - free.timePicos()) / 1e9, free.timePicos() / 1e9);
    }
}
