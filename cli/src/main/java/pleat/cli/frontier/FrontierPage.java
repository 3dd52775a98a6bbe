package pleat.cli.frontier;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import pleat.cli.compile.Bytes;
import pleat.cli.compile.RequestOptions;
import pleat.cli.frontier.FrontierPoint.Compared;
import pleat.cli.frontier.FrontierPoint.Row;
import pleat.cli.report.Report;
import pleat.cli.report.Report.Frontier;
import pleat.cli.report.Report.Line;
import pleat.cli.report.Report.Mark;
import pleat.cli.report.Report.Plans;
import pleat.cli.report.Report.Spot;
import pleat.passes.estimate.Timeline;

/** Budgets beside each other: the cells of a table, and a page with it, the chart, and what happens when. */
final class FrontierPage {
    static final ImmutableList<String> COLUMNS = ImmutableList.of("budget", "bytes", "planned", "allocated", "GFLOP in products", "estimate ms", "measured ms", "same bits",
            "distance", "largest difference");

    private FrontierPage() {}

    static ImmutableList<String> cells(Row row) {
        return ImmutableList.of(row.budget(), row.budgetBytes() == 0 ? "-" : Bytes.text(row.budgetBytes()), Bytes.text(row.plannedBytes()) + (row.feasible() ? "" : " at least"),
                row.allocatedBytes() == null ? "-" : Bytes.text(row.allocatedBytes()), "%.1f".formatted(row.gflop()), "%.0f".formatted(row.estimateMs()),
                row.measuredMs() == null ? "-" : "%.0f".formatted(row.measuredMs()), of(row, g -> g.identical() + " of " + g.tensors()), of(row, g -> number(g.distance())),
                of(row, g -> number(g.difference())));
    }

    private static String of(Row row, Function<Compared, String> text) {
        return row.gradients() == null ? "-" : text.apply(row.gradients());
    }

    private static String number(double difference) {
        return difference == 0 ? "none" : "%.1e".formatted(difference);
    }

    static Report of(String model, RequestOptions options, List<FrontierPoint> points) {
        var facts = ImmutableList.of("%s in memory, %d threads of this machine; gradients of the weights for made-up numbers, compared with those of the first plan that was run"
                .formatted(options.dtype().text(), options.threads()));
        var rows = points.stream().map(point -> new Report.Row(cells(point.row()), point.row().feasible() ? Mark.NONE : Mark.UNFIT)).collect(ImmutableList.toImmutableList());
        var spots = points.stream().map(FrontierPoint::row).map(row -> new Spot("budget " + row.budget(), row.plannedBytes(), OptionalDouble.of(row.estimateMs()),
                row.measuredMs() == null ? OptionalDouble.empty() : OptionalDouble.of(row.measuredMs()))).distinct().collect(ImmutableList.toImmutableList());
        var lines = new LinkedHashMap<Timeline, Line>();
        points.forEach(point -> lines.merge(point.timeline(), line(point), (first, next) -> new Line(first.of() + ", " + next.of(), first.text(), first.timeline(),
                next.budgetBytes(), first.atPeak())));
        var sizes = options.sizes().entrySet().stream().map(size -> ", " + size.getKey() + " = " + size.getValue()).collect(Collectors.joining());
        return new Report("Time for memory: " + model + sizes, facts, new Plans(COLUMNS, rows),
                ImmutableList.of(new Frontier("Frontier", "what a step takes for the memory that its plan needs", spots)), ImmutableList.copyOf(lines.values()), ImmutableList.of());
    }

    private static Line line(FrontierPoint point) {
        return new Line("budget " + point.row().budget(), "launch by launch as estimated; bytes are those of values that are needed, in an arena of "
                + Bytes.text(point.row().plannedBytes()), point.timeline(), point.row().budgetBytes() == 0 ? OptionalLong.empty() : OptionalLong.of(point.row().budgetBytes()),
                point.held());
    }
}
