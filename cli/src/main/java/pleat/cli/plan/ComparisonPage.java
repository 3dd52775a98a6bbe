package pleat.cli.plan;

import com.google.common.collect.ImmutableList;
import java.util.Comparator;
import java.util.List;
import pleat.cli.compile.Bytes;
import pleat.cli.report.Report;
import pleat.cli.report.Report.Mark;
import pleat.cli.report.Report.Note;
import pleat.cli.report.Report.Plans;
import pleat.passes.space.Outcome;
import pleat.passes.space.Planner;

/** Plans beside each other: the cells of a table, and a page with that table, what fills the memory of each, and how it is split. */
final class ComparisonPage {
    static final ImmutableList<String> COLUMNS = ImmutableList.of("plan", "estimate ms", "from", "to", "memory", "sent", "recomputed", "bound ms", "gap", "search s",
            "measured ms", "allocated");

    private ComparisonPage() {}

    static ImmutableList<String> cells(PlanRow row) {
        if (!row.feasible()) {
            return ImmutableList.of(row.plan(), "-", "-", "-", bytes(row.peakBytes()), "-", "-", "-", "-", "%.2f".formatted(row.searchSeconds()), "-", "-");
        }
        return ImmutableList.of(row.plan(), ms(row.estimateMs()), ms(row.lowMs()), ms(row.highMs()), bytes(row.peakBytes()), bytes(row.sentBytes()),
                "%.2f TFLOP".formatted(row.recomputeFlops() / 1e12), ms(row.lowerBoundMs()), "%.2f %%".formatted(100 * row.gap()),
                "%.2f".formatted(row.searchSeconds()), row.measuredMs() == null ? "-" : ms(row.measuredMs()), bytes(row.allocatedBytes()));
    }

    static Report of(String model, Planner.Request request, List<PlanRow> rows, List<Outcome> outcomes) {
        var best = rows.stream().filter(PlanRow::feasible).min(Comparator.comparing(PlanRow::estimateMs));
        var marked = rows.stream().map(row -> new Report.Row(cells(row), !row.feasible() ? Mark.UNFIT
                : row.estimateMs().equals(best.orElseThrow().estimateMs()) ? Mark.BEST : Mark.NONE)).collect(ImmutableList.toImmutableList());
        var facts = ImmutableList.of("machine %s, a budget of %s for each device".formatted(request.prices().machine().name(), Bytes.text(request.budgetBytes())));
        return new Report("Plans of " + model, facts, new Plans(COLUMNS, marked), ImmutableList.of(), ImmutableList.of(),
                outcomes.stream().map(ComparisonPage::note).collect(ImmutableList.toImmutableList()));
    }

    private static Note note(Outcome outcome) {
        return outcome.isFeasible() ? new Note(outcome.plan().text() + " on " + outcome.mesh(), String.join("\n", outcome.memory()) + "\n\n"
                + String.join("\n", outcome.splits())) : new Note(outcome.plan().text(), PlanReport.refusal(outcome));
    }

    private static String bytes(Long bytes) {
        return bytes == null ? "-" : Bytes.text(bytes);
    }

    private static String ms(double milliseconds) {
        return "%.1f".formatted(milliseconds);
    }
}
