package pleat.cli.run;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import pleat.cli.Table;
import pleat.cli.compile.Bytes;
import pleat.cli.golden.Comparison;

/**
 * What `pleat run --json` prints for one run of a model.
 *
 * @param on what it ran on, in words
 * @param cached whether the plan came from disk
 * @param peakResidentBytes of the whole process, the JVM included; 0 where the system does not say
 * @param kernels empty unless asked for
 * @param differences empty if there is no reference
 */
record RunReport(String model, String on, int threads, boolean cached, int runs, double medianMs, double gflop, double gflops, long plannedBytes,
        long allocatedBytes, long peakResidentBytes, List<OpProfile.Row> groups, List<OpProfile.Row> kernels, List<Comparison.Row> differences,
        Map<String, Double> phasesMs) {

    static RunReport of(RunJob job, Measurement measured, List<Comparison.Row> differences, boolean withKernels, Map<String, Double> phasesMs) {
        var subject = job.subject();
        double gflop = subject.facts().flops() / 1e9;
        int profiled = Math.max(1, measured.profiledRuns());
        return new RunReport(subject.facts().model(), subject.where(), subject.threads(), !job.wasCompiled(), measured.runs(), measured.medianMs(), gflop,
                gflop / (measured.medianMs() / 1e3), subject.plan().arena().bytes(), measured.allocatedBytes(), ResidentMemory.peakBytes().orElse(0),
                OpProfile.groups(subject.plan(), subject.facts(), measured.kernels(), profiled),
                withKernels ? OpProfile.kernels(subject.plan(), subject.facts(), measured.kernels(), profiled) : List.of(), differences, phasesMs);
    }

    boolean ok() {
        return differences.stream().allMatch(Comparison.Row::ok);
    }

    void print(PrintWriter out) {
        out.printf("%s on %s%n", model, on);
        out.printf("  %s %s%n", cached ? "from the cache:" : "compiled:", phasesMs.entrySet().stream()
                .map(phase -> "%s %.0f ms".formatted(phase.getKey(), phase.getValue())).collect(Collectors.joining(", ")));
        out.println();
        OpProfile.print(out, "op group", groups);
        if (!kernels.isEmpty()) {
            out.println();
            OpProfile.print(out, "kernel", kernels);
        }
        out.println();
        String ofRuns = runs > 1 ? " (median of " + runs + " runs)" : "";
        out.printf("  time    %.2f ms%s, %.2f GFLOP in matrix products, %.1f GFLOP/s%n", medianMs, ofRuns, gflop, gflops);
        out.printf("  memory  %s planned (%d bytes), %s allocated (%d bytes)%s%n", Bytes.text(plannedBytes), plannedBytes, Bytes.text(allocatedBytes),
                allocatedBytes, peakResidentBytes == 0 ? "" : "; the whole process had " + Bytes.text(peakResidentBytes) + " at its peak");
        if (!differences.isEmpty()) {
            out.println();
            printDifferences(out);
        }
        out.flush();
    }

    private void printDifferences(PrintWriter out) {
        var table = new Table("difference from the reference", "largest", "tolerance", "");
        differences.forEach(row -> table.row(row.tensor(), "%.2e".formatted(row.error()), "%.2e".formatted(row.tolerance()),
                row.ok() ? "ok" : "FAILED"));
        table.print(out, 1);
    }
}
