package pleat.cli.features;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import pleat.cli.Table;
import pleat.features.stream.CachedFeatures.Entry;
import pleat.ir.diagnostic.PleatException;
import pleat.runtime.io.TensorSource;
import pleat.runtime.io.WeightFiles;

/**
 * What `pleat features --json` prints.
 *
 * @param samples in the order in which they were done
 */
record FeaturesReport(List<Row> samples, int made, int cached, int failed, double seconds) {

    /**
     * One sample.
     *
     * @param rows rows of the alignment that stand for themselves, and further ones
     * @param cached whether the features were made before
     * @param file empty if it failed
     * @param error empty if it did not
     */
    record Row(String sample, long residues, long rows, long extra, long templates, long cycles, boolean cached, double ms, String file,
            String error) {

        static Row of(Entry entry, Path file) {
            try (var source = WeightFiles.open(file)) {
                var feat = source.header("msa_feat").shape();
                return new Row(entry.name(), feat.get(1), filled(source, "msa_row_mask"), filled(source, "extra_msa_row_mask"),
                        source.has("template_mask") ? filled(source, "template_mask") : 0, feat.get(3), entry.isWarm(), entry.milliseconds(),
                        file.toString(), "");
            }
        }

        /** The first cycle has as many as any other. */
        private static long filled(TensorSource source, String mask) {
            var tensor = source.tensor(mask);
            long cycles = tensor.shape().get(1);
            long filled = 0;
            for (long i = 0; i < tensor.elements(); i += cycles) {
                filled += (long) tensor.at(i);
            }
            return filled;
        }

        static Row failed(String sample, PleatException reason) {
            return new Row(sample, 0, 0, 0, 0, 0, false, 0, "", reason.getMessage());
        }
    }

    static FeaturesReport of(List<Row> rows, double seconds) {
        int failed = (int) rows.stream().filter(row -> !row.error().isEmpty()).count();
        int cached = (int) rows.stream().filter(Row::cached).count();
        return new FeaturesReport(List.copyOf(rows), rows.size() - cached - failed, cached, failed, seconds);
    }

    void print(PrintWriter out) {
        var table = new Table("sample", "file", "residues", "clusters", "extra", "templates", "cycles", "ms", "");
        samples.stream().filter(row -> row.error().isEmpty()).forEach(row -> table.row(row.sample(), row.file(), String.valueOf(row.residues()),
                String.valueOf(row.rows()), String.valueOf(row.extra()), String.valueOf(row.templates()), String.valueOf(row.cycles()),
                "%.0f".formatted(row.ms()), row.cached() ? "from the cache" : ""));
        table.print(out, 2);
        out.printf("%n  %d made, %d from the cache, %d failed, in %.2f s%n", made, cached, failed, seconds);
        out.flush();
    }
}
