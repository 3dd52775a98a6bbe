package pleat.cli.run;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Function;
import pleat.cli.compile.Phases;
import pleat.cli.compile.RequestOptions;
import pleat.cli.devices.DeviceReport;
import pleat.cli.devices.DeviceTrace;
import pleat.cli.devices.PlanExecution;
import pleat.cli.devices.SavedRun;
import pleat.cli.execute.Hardware;
import pleat.cli.model.WeightNames;
import pleat.cli.output.RunTensors;
import pleat.cli.saved.SavedPlan;
import pleat.ir.diagnostic.UserException;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Kind;
import pleat.runtime.io.NameMap;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorSource;
import pleat.runtime.io.WeightFiles;

/** Runs a saved plan on all its devices: in this process, or as the one of them that a launcher has started it for. */
final class PlanRun {
    private final RequestOptions options;
    private final RunOptions files;
    private final Hardware hardware;
    private final Phases phases;
    private final Consumer<String> note;

    PlanRun(RequestOptions options, RunOptions files, Hardware hardware, Phases phases, Consumer<String> note) {
        this.options = options;
        this.files = files;
        this.hardware = hardware;
        this.phases = phases;
        this.note = note;
    }

    /** @return what the process that speaks for all has to say; empty in the others */
    Optional<DeviceReport> run(SavedPlan saved, OptionalInt devices) {
        refuse(options.givenBinding());
        refuse(options.givenCode());
        var launcher = SavedRun.launcher(saved, devices, false);
        int threads = options.givenThreads().orElse(PlanExecution.Place.share(saved.devices(), hardware));
        var place = new PlanExecution.Place(RequestOptions.checkedThreads(threads), options.cacheFolder(), launcher, hardware);
        try (var execution = PlanExecution.prepare(saved, place, phases, note)) {
            return execution.together(() -> run(execution, threads));
        }
    }

    private static void refuse(List<String> given) {
        if (!given.isEmpty()) {
            throw new UserException("the plan says what is computed and how: " + String.join(", ", given) + (given.size() == 1 ? " does" : " do") + " not apply");
        }
    }

    private Optional<DeviceReport> run(PlanExecution execution, int threads) {
        var ensemble = execution.ensemble();
        var arguments = execution.tensors().arguments();
        try (var arena = Arena.ofShared(); var inputs = InputFile.open(files.inputs()); var weights = weights()) {
            var tensors = tensors(arguments, inputs, weights, arena);
            phases.time("read", () -> execution.tensors().fill(ensemble.runners(), tensors));
            var trace = new DeviceTrace();
            if (files.trace().isPresent()) {
                ensemble.runners().forEach(trace::watch);
            }
            var milliseconds = new double[files.repeat()];
            phases.time("run", () -> Arrays.setAll(milliseconds, _ -> ensemble.run() / 1e6));
            files.trace().ifPresent(file -> trace.write(ensemble.isFirst() ? file : besides(file, ensemble.runners().keySet().iterator().next())));
            var outputs = outputs(execution);
            if (ensemble.isFirst()) {
                files.outputs().write(execution.saved().work().model(), new RunTensors(inputs.inputs(ArgumentBinding.required(arguments, Kind.INPUT)), outputs),
                        outputs, note);
            }
            return report(execution, threads, milliseconds);
        }
    }

    /** The file of another process: {@code trace.json} and {@code trace.1.json}. */
    private static Path besides(Path file, int device) {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return file.resolveSibling(dot < 0 ? name + "." + device : name.substring(0, dot) + "." + device + name.substring(dot));
    }

    private TensorSource weights() {
        return files.weights().map(WeightFiles::open).orElseGet(() -> TensorSource.of("nothing", Map.of()));
    }

    private Function<Plan.Buffer, TensorData> tensors(Plan arguments, InputFile inputs, TensorSource weights, Arena arena) {
        if (inputs.isEmpty() && weights.names().isEmpty()) {
            note.accept("note: neither --inputs nor --weights is given, and the plan runs on random numbers");
            long seed = files.randomWeights().orElse(SyntheticTensors.SEED);
            return buffer -> SyntheticTensors.of(buffer, seed);
        }
        var behind = weights.names().stream().anyMatch(name -> name.startsWith("param/")) ? weights.under("param/") : weights;
        var names = files.names().map(WeightNames::named).orElseGet(() -> WeightNames.recognise(behind).map(found -> found.map()).orElse(NameMap.SAME));
        var bound = ArgumentBinding.of(arguments, new ArgumentBinding.Files(new ArgumentBinding.Weights(behind, names),
                inputs.inputs(ArgumentBinding.required(arguments, Kind.INPUT)), inputs.cotangents()), note);
        if (files.checkFinite()) {
            bound.checkFinite();
        }
        return buffer -> bound.tensor(buffer, arena);
    }

    /** Put together from all devices, where somebody wants them. */
    private Map<String, TensorData> outputs(PlanExecution execution) {
        var outputs = new LinkedHashMap<String, TensorData>();
        if (files.wantsOutputs()) {
            for (String name : execution.tensors().outputs().keySet()) {
                var parts = execution.ensemble().parts(name);
                if (execution.ensemble().isFirst()) {
                    outputs.put(name, execution.tensors().joined(name, parts));
                }
            }
        }
        return outputs;
    }

    private Optional<DeviceReport> report(PlanExecution execution, int threads, double[] milliseconds) {
        var devices = SavedRun.devices(execution);
        if (!execution.ensemble().isFirst()) {
            return Optional.empty();
        }
        Arrays.sort(milliseconds);
        SavedPlan saved = execution.saved();
        double median = (milliseconds[(milliseconds.length - 1) / 2] + milliseconds[milliseconds.length / 2]) / 2;
        return Optional.of(new DeviceReport(saved.name(), new DeviceReport.Run(saved.work().model(), execution.ensemble().kind(), saved.devices(), threads,
                median), devices, saved.facts(), phases.milliseconds()));
    }
}
