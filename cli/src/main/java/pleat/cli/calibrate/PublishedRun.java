package pleat.cli.calibrate;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import pleat.cli.compile.ModelReference;
import pleat.cli.compile.SourceFiles;
import pleat.cli.estimate.StepModel;
import pleat.cli.model.ModelRegistry;
import pleat.cli.plan.StepOptions;
import pleat.ir.diagnostic.UserException;
import pleat.ir.type.DType;
import pleat.passes.estimate.EagerStep;
import pleat.passes.estimate.Estimate;
import pleat.passes.estimate.Recompute;
import pleat.passes.estimate.Training;
import pleat.passes.machine.Execution;
import pleat.passes.machine.Machine;
import pleat.passes.machine.Prices;

/**
 * A run that others timed, and the same run simulated.
 *
 * @param table where it was published
 * @param milliseconds of a step
 * @param mebibytes of the allocator's peak
 */
record PublishedRun(String table, String what, double milliseconds, double mebibytes, Estimate estimate) {
    private static final String MODEL = "evoformer-simplified";

    /** How many bytes more or less than published. */
    double memoryError() {
        return estimate.peakBytes() / (mebibytes * (1 << 20)) - 1;
    }

    /** The runs of a file whose plans the model has, with checkpoints of whole blocks. */
    static List<PublishedRun> read(Path file, Machine machine) {
        var lines = SourceFiles.read(file).lines().toList();
        var names = List.of(lines.getFirst().split(",", -1));
        var runs = new ArrayList<PublishedRun>();
        for (String line : lines.subList(1, lines.size())) {
            var row = new LinkedHashMap<String, String>();
            String[] cells = line.split(",", -1);
            if (cells.length != names.size()) {
                throw new UserException("a row of `" + file + "` has " + cells.length + " cells, and its heading " + names.size());
            }
            for (int c = 0; c < cells.length; c++) {
                row.put(names.get(c), cells[c]);
            }
            if (row.get("recompute").equals("per-block")) {
                runs.add(run(row, machine));
            }
        }
        return runs;
    }

    private static PublishedRun run(Map<String, String> row, Machine machine) {
        int devices = Integer.parseInt(row.get("gpus"));
        var options = StepOptions.of(Map.of("s", number(row, "s"), "r", number(row, "r"), "cm", number(row, "cm"), "cz", number(row, "cz"),
                "no_blocks", number(row, "blocks")), number(row, "batch"));
        var model = ModelReference.parse(MODEL, ModelRegistry.load(), _ -> { });
        var prices = new Prices(machine, Execution.EAGER, DType.F16);
        var module = StepModel.onOneDevice(options.prepared(model), row.get("plan").toLowerCase(Locale.ROOT), devices, true, prices);
        var estimate = EagerStep.of(module, Training.MOMENTUM, Recompute.BLOCK, prices);
        return new PublishedRun(row.get("table"), "s %s r %s batch %s, %d devices".formatted(row.get("s"), row.get("r"), row.get("batch"), devices),
                Double.parseDouble(row.get("exec_ms")), Double.parseDouble(row.get("peak_mem_MiB")), estimate);
    }

    private static long number(Map<String, String> row, String name) {
        return Long.parseLong(row.get(name));
    }
}
