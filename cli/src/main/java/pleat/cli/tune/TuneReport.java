package pleat.cli.tune;

import com.google.common.collect.ImmutableList;
import java.io.PrintWriter;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Collectors;
import pleat.cli.Table;
import pleat.codegen.gpu.GpuTarget;
import pleat.codegen.gpu.KernelFamily;
import pleat.ir.kernel.KernelAxis;
import pleat.ir.kernel.KernelAxis.Role;

/**
 * What `--json` prints.
 *
 * @param on what ways were tried on
 */
record TuneReport(String model, String target, String machine, String on, List<Row> kernels) {
    private static final int TEXT_COLUMNS = 5;
    private static final double MICROS = 1e6;

    /**
     * A way to cut a kernel.
     *
     * @param blocks of the axes that are cut, in the words of the kernel
     * @param foundMicros empty: it was not tried
     */
    record Way(String blocks, double expectedMicros, OptionalDouble foundMicros) {
        private static Way of(TunedKernel.Way way) {
            var found = way.found();
            return new Way(way.kernel().axes().stream().filter(axis -> axis.role() == Role.GRID).map(Way::block).collect(Collectors.joining(" ")), MICROS * way.expected(),
                    found.isPresent() ? OptionalDouble.of(MICROS * found.getAsDouble()) : OptionalDouble.empty());
        }

        private static String block(KernelAxis axis) {
            return axis.name() + ":" + Math.min(axis.block(), axis.extent());
        }

        private String found() {
            return foundMicros.isPresent() ? number(foundMicros.getAsDouble()) : "-";
        }
    }

    /**
     * A kernel.
     *
     * @param builder what the tile builder does by itself
     * @param model what the model of costs takes, and code has unless something better is kept
     * @param ratio time found of the model's, over that of the best
     */
    record Row(String kernel, String family, Way builder, Way model, Way best, double ratio, List<Way> ways) {
        static Row of(String name, TunedKernel tuned, GpuTarget target) {
            return new Row(name, KernelFamily.of(tuned.first().kernel(), target).text(), Way.of(tuned.first()), Way.of(tuned.ofModel()), Way.of(tuned.best()), tuned.ratio(),
                    tuned.ways().stream().map(Way::of).collect(ImmutableList.toImmutableList()));
        }

        private long tried() {
            return ways.stream().filter(way -> way.foundMicros().isPresent()).count();
        }
    }

    /** @param where the machine in words */
    void print(PrintWriter out, String where) {
        var table = new Table("kernel", "family", "tile builder", "model", "best", "ways", "tried", "builder us", "model us", "best us", "expected us", "model of best");
        kernels.forEach(row -> table.row(row.kernel(), row.family(), row.builder().blocks(), row.model().blocks(), row.best().blocks(),
                String.valueOf(row.ways().size()), String.valueOf(row.tried()), row.builder().found(), row.model().found(), row.best().found(),
                number(row.model().expectedMicros()), "%.2f".formatted(row.ratio())));
        table.print(out, TEXT_COLUMNS);
        boolean areKnown = kernels.stream().allMatch(row -> row.builder().foundMicros().isPresent());
        out.printf("%s for %s on %s: %s%s us as the model does, %s us at best; %d of %d ways tried%n", model, target, where,
                areKnown ? number(sum(Row::builder)) + " us as the tile builder cuts, " : "", number(sum(Row::model)), number(sum(Row::best)),
                kernels.stream().mapToLong(Row::tried).sum(), kernels.stream().mapToLong(row -> row.ways().size()).sum());
        out.flush();
    }

    private double sum(Function<Row, Way> of) {
        return kernels.stream().mapToDouble(row -> of.apply(row).foundMicros().orElseThrow()).sum();
    }

    private static String number(double value) {
        return "%.1f".formatted(value);
    }
}
