package pleat.cli.golden;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import pleat.cli.Table;
import pleat.cli.golden.Comparison.Row;
import pleat.cli.golden.GoldenCheck.Result;

/** What check-golden found, for people. */
final class GoldenTable {
    private static final String GRADIENT = "grad/";

    private GoldenTable() {}

    /** Every tensor of one file. */
    static void tensors(Result result, PrintWriter out) {
        out.println(result.file() + (result.ok() ? ": passed" : ": FAILED"));
        int width = result.rows().stream().mapToInt(row -> row.tensor().length()).max().orElse(0);
        for (var row : result.rows()) {
            out.printf("  %-" + width + "s  error %8.2e  tolerance %8.2e  %s%n", row.tensor(), row.error(), row.tolerance(), row.ok() ? "ok" : "FAILED");
        }
        out.flush();
    }

    /** A row for each file and way, with the outputs, gradients and kernels that come nearest to their tolerance; then every tensor that failed. */
    static void files(List<Result> results, PrintWriter out) {
        boolean byKernel = results.stream().flatMap(result -> result.rows().stream()).anyMatch(Arithmetic::isOfKernel);
        var heading = new ArrayList<>(List.of("file", "via", "", "outputs", "worst error", "of tolerance", "gradients", "worst error", "of tolerance"));
        if (byKernel) {
            heading.addAll(List.of("kernels", "worst error", "of tolerance"));
        }
        var table = new Table(heading.toArray(String[]::new));
        for (var result : results) {
            var kinds = result.rows().stream().collect(Collectors.groupingBy(GoldenTable::kind));
            var cells = new ArrayList<>(List.of(result.file(), result.via().name().toLowerCase(Locale.ROOT), result.ok() ? "passed" : "FAILED"));
            Stream.of(Kind.values()).filter(kind -> byKernel || kind != Kind.KERNEL).map(kind -> kinds.getOrDefault(kind, List.of()))
                    .forEach(rows -> cells.addAll(List.of(count(rows), error(rows), share(rows))));
            table.row(cells.toArray(String[]::new));
        }
        table.print(out, 3);
        results.stream().filter(result -> !result.ok()).forEach(result -> result.rows().stream().filter(row -> !row.ok())
                .forEach(row -> out.printf("  %s via %s: %s has error %.2e, tolerance %.2e%n", result.file(),
                        result.via().name().toLowerCase(Locale.ROOT), row.tensor(), row.error(), row.tolerance())));
        long passed = results.stream().filter(Result::ok).count();
        out.printf("  %d passed, %d failed%n", passed, results.size() - passed);
        out.flush();
    }

    private enum Kind { OUTPUT, GRADIENT, KERNEL }

    private static Kind kind(Row row) {
        return Arithmetic.isOfKernel(row) ? Kind.KERNEL : row.tensor().startsWith(GRADIENT) ? Kind.GRADIENT : Kind.OUTPUT;
    }

    private static String count(List<Row> rows) {
        return rows.isEmpty() ? "-" : Integer.toString(rows.size());
    }

    private static String error(List<Row> rows) {
        return rows.stream().max(Comparator.comparingDouble(GoldenTable::share)).map(row -> "%.1e".formatted(row.error())).orElse("");
    }

    private static String share(List<Row> rows) {
        return rows.stream().mapToDouble(GoldenTable::share).max().stream().mapToObj("%.3f"::formatted).findFirst().orElse("");
    }

    private static double share(Row row) {
        return row.error() / row.tolerance();
    }
}
