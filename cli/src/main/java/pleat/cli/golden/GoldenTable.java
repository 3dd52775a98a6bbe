package pleat.cli.golden;

import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
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

    /** A row for each file and way, with the outputs and gradients that come nearest to their tolerance; then every tensor that failed. */
    static void files(List<Result> results, PrintWriter out) {
        var table = new Table("file", "via", "", "outputs", "worst error", "of tolerance", "gradients", "worst error", "of tolerance", "kernels", "worst error",
                "of tolerance");
        for (var result : results) {
            var kernels = result.rows().stream().filter(Arithmetic::isOfKernel).toList();
            var outputs = result.rows().stream().filter(row -> !row.tensor().startsWith(GRADIENT) && !Arithmetic.isOfKernel(row)).toList();
            var gradients = result.rows().stream().filter(row -> row.tensor().startsWith(GRADIENT)).toList();
            table.row(result.file(), result.via().name().toLowerCase(Locale.ROOT), result.ok() ? "passed" : "FAILED",
                    count(outputs), error(outputs), share(outputs), count(gradients), error(gradients), share(gradients),
                    count(kernels), error(kernels), share(kernels));
        }
        table.print(out, 3);
        results.stream().filter(result -> !result.ok()).forEach(result -> result.rows().stream().filter(row -> !row.ok())
                .forEach(row -> out.printf("  %s via %s: %s has error %.2e, tolerance %.2e%n", result.file(),
                        result.via().name().toLowerCase(Locale.ROOT), row.tensor(), row.error(), row.tolerance())));
        long passed = results.stream().filter(Result::ok).count();
        out.printf("  %d passed, %d failed%n", passed, results.size() - passed);
        out.flush();
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
