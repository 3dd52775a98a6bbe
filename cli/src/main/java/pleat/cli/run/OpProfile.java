package pleat.cli.run;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Function;
import pleat.cli.Table;
import pleat.cli.compile.CompiledModel;
import pleat.cli.compile.CompiledModel.Facts;
import pleat.cli.compile.KernelWork;
import pleat.ir.plan.Plan;
import pleat.runtime.host.PlanRunner.KernelTime;

/** Where the time of a run goes, by kernel or by group of kernels. */
public final class OpProfile {
    private OpProfile() {}

    /**
     * What the kernels under one name did in one run.
     *
     * @param gflop of matrix products
     * @param gflops of matrix products, per second
     * @param share of the time of all kernels
     */
    public record Row(String name, String group, long launches, double ms, double gflop, double gflops, double share) {}

    /** One row for each kernel, the slowest first. */
    public static ImmutableList<Row> kernels(CompiledModel model, List<KernelTime> times, int runs) {
        return kernels(model.plan(), model.facts(), times, runs);
    }

    static ImmutableList<Row> kernels(Plan plan, Facts facts, List<KernelTime> times, int runs) {
        return rows(plan, facts, times, runs, KernelTime::kernel);
    }

    /** One row for each group, the slowest first. */
    public static ImmutableList<Row> groups(CompiledModel model, List<KernelTime> times, int runs) {
        return groups(model.plan(), model.facts(), times, runs);
    }

    static ImmutableList<Row> groups(Plan plan, Facts facts, List<KernelTime> times, int runs) {
        return rows(plan, facts, times, runs, time -> facts.groups().get(time.kernel()));
    }

    private record Sum(long launches, long nanos, long flops) {
        Sum plus(Sum other) {
            return new Sum(launches + other.launches, nanos + other.nanos, flops + other.flops);
        }
    }

    private static ImmutableList<Row> rows(Plan plan, Facts facts, List<KernelTime> times, int runs, Function<KernelTime, String> name) {
        var sums = new LinkedHashMap<String, Sum>();
        var groups = new LinkedHashMap<String, String>();
        long all = 0;
        for (var time : times) {
            long flops = KernelWork.flops(plan.kernels().get(time.kernel()));
            sums.merge(name.apply(time), new Sum(time.launches(), time.nanos(), Math.multiplyExact(flops, time.launches())), Sum::plus);
            groups.put(name.apply(time), facts.groups().get(time.kernel()));
            all += time.nanos();
        }
        long total = Math.max(1, all);
        return ImmutableMap.copyOf(sums).entrySet().stream().map(entry -> {
            var sum = entry.getValue();
            double gflop = sum.flops() / 1e9 / runs;
            double seconds = Math.max(1, sum.nanos()) / 1e9 / runs;
            return new Row(entry.getKey(), groups.get(entry.getKey()), sum.launches() / runs, seconds * 1e3, gflop, gflop / seconds,
                    (double) sum.nanos() / total);
        }).sorted(Comparator.comparingDouble(Row::ms).reversed()).collect(ImmutableList.toImmutableList());
    }

    /** Prints a table of the rows; kernels with the group that they belong to. */
    public static void print(PrintWriter out, String what, List<Row> rows) {
        boolean isByGroup = rows.stream().allMatch(row -> row.name().equals(row.group()));
        var table = isByGroup ? new Table(what, "ms", "launches", "GFLOP", "GFLOP/s", "share")
                : new Table(what, "group", "ms", "launches", "GFLOP", "GFLOP/s", "share");
        for (var row : rows) {
            String[] numbers = {"%.3f".formatted(row.ms()), Long.toString(row.launches()), row.gflop() == 0 ? "-" : "%.3f".formatted(row.gflop()),
                    row.gflop() == 0 ? "-" : "%.1f".formatted(row.gflops()), "%.1f %%".formatted(100 * row.share())};
            var cells = ImmutableList.<String>builder().add(row.name());
            if (!isByGroup) {
                cells.add(row.group());
            }
            table.row(cells.add(numbers).build().toArray(String[]::new));
        }
        table.print(out, isByGroup ? 1 : 2);
    }
}
