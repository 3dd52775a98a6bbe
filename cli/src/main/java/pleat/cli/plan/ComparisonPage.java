package pleat.cli.plan;

import com.google.common.collect.ImmutableList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import pleat.cli.compile.Bytes;
import pleat.cli.report.Report;
import pleat.cli.report.Report.Line;
import pleat.cli.report.Report.Mark;
import pleat.cli.report.Report.Note;
import pleat.cli.report.Report.Plans;
import pleat.cli.report.Report.Share;
import pleat.passes.estimate.Timeline;
import pleat.passes.space.NamedPlan;
import pleat.passes.space.Outcome;
import pleat.passes.space.Planner;

/** Plans beside each other: the cells of a table, and a page with that table, what devices do when, what fills their memory, and how each plan is split. */
final class ComparisonPage {
    static final ImmutableList<String> COLUMNS = ImmutableList.of("plan", "estimate ms", "from", "to", "memory", "sent", "recomputed", "bound ms", "gap", "search s",
            "measured ms", "allocated");

    /** How much of what is in memory at the peak is listed. */
    private static final int SHARES = 12;

    private final Planner.Request request;
    private final PlanExplanation explanation;

    ComparisonPage(Planner.Request request, PlanExplanation explanation) {
        this.request = request;
        this.explanation = explanation;
    }

    static ImmutableList<String> cells(PlanRow row) {
        if (!row.feasible()) {
            return ImmutableList.of(row.plan(), "-", "-", "-", bytes(row.peakBytes()), "-", "-", "-", "-", "%.2f".formatted(row.searchSeconds()), "-", "-");
        }
        return ImmutableList.of(row.plan(), ms(row.estimateMs()), ms(row.lowMs()), ms(row.highMs()), bytes(row.peakBytes()), bytes(row.sentBytes()),
                "%.2f TFLOP".formatted(row.recomputeFlops() / 1e12), ms(row.lowerBoundMs()), "%.2f %%".formatted(100 * row.gap()),
                "%.2f".formatted(row.searchSeconds()), row.measuredMs() == null ? "-" : ms(row.measuredMs()), bytes(row.allocatedBytes()));
    }

    /** @param runs of the plans that were run */
    Report of(String model, List<PlanRow> rows, List<Outcome> outcomes, Map<Outcome, MeasuredPlan> runs) {
        var best = rows.stream().filter(PlanRow::feasible).min(Comparator.comparing(PlanRow::estimateMs));
        var marked = rows.stream().map(row -> new Report.Row(cells(row), !row.feasible() ? Mark.UNFIT
                : row.estimateMs().equals(best.orElseThrow().estimateMs()) ? Mark.BEST : Mark.NONE)).collect(ImmutableList.toImmutableList());
        var facts = ImmutableList.of("%s of %s, %s in memory, a budget of %s for each device".formatted(request.devices() == 1 ? "one device" : request.devices() + " devices",
                request.prices().machine().name(), request.prices().storage().text(), Bytes.text(request.budgetBytes())));
        var lines = ImmutableList.<Line>builder();
        fastestFirst(outcomes).forEach(outcome -> {
            lines.add(line(outcome));
            Optional.ofNullable(runs.get(outcome)).ifPresent(run -> measured(outcome, run).forEach(lines::add));
        });
        return new Report("Plans of " + model, facts, new Plans(COLUMNS, marked), ImmutableList.of(), lines.build(),
                outcomes.stream().map(this::note).collect(ImmutableList.toImmutableList()));
    }

    /** Those that fit. */
    private static List<Outcome> fastestFirst(List<Outcome> outcomes) {
        return outcomes.stream().filter(Outcome::isFeasible).sorted(Comparator.comparingLong(Outcome::timePicos).thenComparing(outcome -> outcome.plan() != NamedPlan.AUTO))
                .toList();
    }

    private Line line(Outcome outcome) {
        var shares = outcome.peak().stream().flatMap(peak -> peak.shares().stream()).limit(SHARES).map(share -> new Share(share.bytes(), share.what(),
                (share.copies() == 1 ? "" : share.copies() + " copies of ") + share.why() + " " + SourceText.place(share.location())));
        return new Line(outcome.plan().text() + ", each device as estimated", "%s: the device with the largest share, one thing after the other as the search prices it; what is kept counts to the end".formatted(outcome.mesh()),
                outcome.timeline(), OptionalLong.of(request.budgetBytes()), shares.collect(ImmutableList.toImmutableList()));
    }

    private static List<Line> measured(Outcome outcome, MeasuredPlan run) {
        return IntStream.range(0, run.devices().size()).mapToObj(device -> new Line("%s, device %d as measured".formatted(outcome.plan().text(), device),
                "one run on a part of this machine; where nothing is computed it waits for an exchange", run.devices().get(device), OptionalLong.empty(),
                ImmutableList.of())).toList();
    }

    /** What devices do under these plans, by what it is. */
    static Map<String, Timeline> lines(List<Outcome> outcomes, Map<Outcome, MeasuredPlan> runs) {
        var all = new LinkedHashMap<String, Timeline>();
        fastestFirst(outcomes).forEach(outcome -> {
            all.put(outcome.plan().text() + ", estimated", outcome.timeline());
            Optional.ofNullable(runs.get(outcome)).ifPresent(run -> IntStream.range(0, run.devices().size())
                    .forEach(device -> all.put("%s, device %d measured".formatted(outcome.plan().text(), device), run.devices().get(device))));
        });
        return all;
    }

    private Note note(Outcome outcome) {
        return outcome.isFeasible() ? new Note(outcome.plan().text() + " on " + outcome.mesh(), String.join("\n", explanation.memory(outcome)) + "\n\n"
                + String.join("\n", explanation.splits(outcome))) : new Note(outcome.plan().text(), PlanReport.refusal(outcome));
    }

    private static String bytes(Long bytes) {
        return bytes == null ? "-" : Bytes.text(bytes);
    }

    private static String ms(double milliseconds) {
        return "%.1f".formatted(milliseconds);
    }
}
