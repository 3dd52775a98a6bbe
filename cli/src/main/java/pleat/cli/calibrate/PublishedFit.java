package pleat.cli.calibrate;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import pleat.cli.Table;
import pleat.cli.machine.Machines;
import pleat.ir.diagnostic.UserException;
import pleat.passes.machine.Machine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The figures of a machine that published runs were timed on, and how well they say these runs.
 *
 * @param constants names and values of what was fitted
 * @param rows one for each run
 */
public record PublishedFit(@JsonIgnore Machine machine, List<Fitted> constants, List<Row> rows, Errors errors) {
    private static final String RESOURCE = "/pleat/machines/fits.json";
    /** Half the width of an interval, in standard deviations of the logarithm of what others than the fitted runs take. */
    private static final double DEVIATIONS = 2;

    /** @param expected before anything was timed */
    public record Fitted(String name, double expected, double value) {}

    /**
     * @param estimateMs with figures that were fitted to all runs
     * @param leftOutMs with figures that were fitted to all other runs
     */
    public record Row(String run, double measuredMs, double estimateMs, double leftOutMs, double measuredMib, double estimateMib) {}

    /** Means of what estimates are off, as parts of what was measured. */
    public record Errors(double time, double leftOutTime, double memory) {}

    /** @param machine one that {@code fits.json} of the machines names */
    public static PublishedFit of(String machine, Path file) {
        var spec = specs().stream().filter(node -> node.get("machine").stringValue().equals(machine)).findFirst().orElseThrow(() -> new UserException(
                "nothing is fitted of machine `" + machine + "`\n  = note: figures are fitted of " + String.join(", ", names())));
        var base = Machines.named(machine);
        var constants = spec.get("constants").valueStream().map(node -> new Constant(Constant.Kind.parse(node.get("name").stringValue()),
                node.path("link").asInt(0), node.get("expected").doubleValue(), node.get("spread").doubleValue())).toList();
        var runs = PublishedRun.read(file, base).stream().filter(run -> run.table().startsWith(spec.get("runs").stringValue())).toList();
        if (runs.size() < 3) {
            throw new UserException("`" + file + "` has " + runs.size() + " runs of machine `" + machine + "`, which is too few");
        }
        return of(new MachineFit(base, constants), constants, runs, base);
    }

    private static PublishedFit of(MachineFit fit, List<Constant> constants, List<PublishedRun> runs, Machine base) {
        double[] values = fit.fit(runs);
        double[] left = fit.leaveOneOut(runs);
        var rows = IntStream.range(0, runs.size()).mapToObj(i -> {
            var run = runs.get(i);
            return new Row(run.what(), run.milliseconds(), fit.estimate(run, values), left[i], run.mebibytes(), run.estimate().peakBytes() / (double) (1 << 20));
        }).toList();
        double deviation = Math.sqrt(rows.stream().mapToDouble(row -> Math.pow(Math.log(row.measuredMs() / row.leftOutMs()), 2)).average().orElseThrow());
        var fitted = fit.machine(values);
        var interval = new Machine.Interval(Math.exp(-DEVIATIONS * deviation), Math.exp(DEVIATIONS * deviation));
        return new PublishedFit(new Machine(base.name(), base.origin(), fitted.device(), fitted.fabric(), interval),
                IntStream.range(0, constants.size()).mapToObj(c -> new Fitted(constants.get(c).text(), constants.get(c).expected(), values[c])).toList(), rows,
                new Errors(mean(rows.stream().mapToDouble(row -> row.estimateMs() / row.measuredMs() - 1)),
                        mean(rows.stream().mapToDouble(row -> row.leftOutMs() / row.measuredMs() - 1)), mean(runs.stream().mapToDouble(PublishedRun::memoryError))));
    }

    private static double mean(DoubleStream errors) {
        return errors.map(Math::abs).average().orElseThrow();
    }

    private static List<JsonNode> specs() {
        try (var stream = PublishedFit.class.getResourceAsStream(RESOURCE)) {
            return JsonMapper.shared().readTree(stream).valueStream().toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(RESOURCE, failure);
        }
    }

    static List<String> names() {
        return specs().stream().map(node -> node.get("machine").stringValue()).toList();
    }

    void print(PrintWriter out) {
        var table = new Table("run", "measured ms", "estimate", "", "left out", "", "measured MiB", "estimate", "");
        rows.forEach(row -> table.row(row.run(), text("%.0f", row.measuredMs()), text("%.0f", row.estimateMs()), percent(row.estimateMs() / row.measuredMs() - 1),
                text("%.0f", row.leftOutMs()), percent(row.leftOutMs() / row.measuredMs() - 1), text("%.0f", row.measuredMib()), text("%.0f", row.estimateMib()),
                percent(row.estimateMib() / row.measuredMib() - 1)));
        table.print(out, 1);
        out.printf(Locale.ROOT, "mean error of time %.2f %%, of runs left out %.2f %%, of memory %.2f %%%n", 100 * errors.time(), 100 * errors.leftOutTime(),
                100 * errors.memory());
        constants.forEach(one -> out.printf(Locale.ROOT, "  %-28s %.3e, expected %.3e%n", one.name(), one.value(), one.expected()));
        out.flush();
    }

    private static String text(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    private static String percent(double part) {
        return text("%+.1f %%", 100 * part);
    }
}
