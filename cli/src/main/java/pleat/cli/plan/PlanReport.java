package pleat.cli.plan;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import pleat.cli.compile.Bytes;
import pleat.passes.space.NamedPlan;
import pleat.passes.space.Outcome;

/** Plans in words. */
public final class PlanReport {
    private PlanReport() {}

    /** Why there is no plan of that name, and what would help. */
    public static String refusal(Outcome outcome) {
        return refusal(List.of(outcome));
    }

    /** Why there are none of several, each reason once. */
    static List<String> refusals(List<Outcome> outcomes) {
        var byReason = new LinkedHashMap<String, List<Outcome>>();
        outcomes.stream().filter(outcome -> !outcome.isFeasible()).forEach(outcome -> byReason.computeIfAbsent(outcome.reason(), _ -> new ArrayList<>()).add(outcome));
        return byReason.values().stream().map(PlanReport::refusal).toList();
    }

    /** @param alike have the same reason */
    private static String refusal(List<Outcome> alike) {
        var names = alike.stream().map(outcome -> outcome.plan().text()).collect(Collectors.joining(", "));
        var reason = (alike.size() == 1 ? "plan " : "plans ") + names + " cannot be had: " + alike.getFirst().reason();
        if (alike.stream().anyMatch(Outcome::exists)) {
            return reason + "\n  = help: " + enough(alike.stream().filter(Outcome::exists).toList());
        }
        boolean isOfSamples = alike.stream().map(Outcome::plan).anyMatch(plan -> plan == NamedPlan.DP || plan == NamedPlan.ZERO);
        return isOfSamples ? reason + "\n  = help: --batch says how many samples a step has; they are split where a first dim of every input goes through all of the model"
                : reason;
    }

    /** The smallest budget, or one that is enough where the search ended before it was known to be the smallest. */
    private static String enough(List<Outcome> alike) {
        var least = alike.stream().min(Comparator.comparingLong(Outcome::bytes)).orElseThrow();
        long bound = alike.stream().mapToLong(Outcome::lowerBoundBytes).min().orElseThrow();
        boolean isOne = alike.size() == 1;
        String memory = "needs --memory " + least.bytes() + ", which is " + Bytes.text(least.bytes());
        if (bound == least.bytes()) {
            return (isOne ? "the smallest plan of that name " : "the smallest of them, " + least.plan().text() + ", ") + memory;
        }
        return (isOne ? "a plan of that name " : least.plan().text() + " ") + memory + "; proven is only that no plan " + (isOne ? "" : "of these names ")
                + "needs less than " + bound;
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
