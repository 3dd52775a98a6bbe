package pleat.cli.run;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import pleat.cli.compile.MemoryUse;
import pleat.cli.compile.ModelReference;
import pleat.cli.compile.Phases;
import pleat.cli.compile.RequestOptions;
import pleat.cli.features.FeatureOptions;
import pleat.cli.golden.Comparison;
import pleat.cli.golden.GoldenRun;
import pleat.cli.model.ModelRegistry;
import pleat.cli.model.Reference;
import pleat.cli.model.WeightNames;
import pleat.cli.run.ArgumentBinding.Weights;
import pleat.cli.run.RunSubjects.Ready;
import pleat.cli.output.RunTensors;
import pleat.ir.diagnostic.UserException;
import pleat.ir.plan.Plan.Kind;
import pleat.runtime.io.NameMap;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorSource;
import pleat.runtime.io.WeightFiles;

/** What one `pleat run` does, for each kind of thing that can be run. */
final class RunSession {
    private final RequestOptions options;
    private final RunOptions files;
    private final FeatureOptions features;
    private final Phases phases;
    private final Consumer<String> note;
    private final RunSubjects subjects;

    /** What the command line says. */
    record Asked(RequestOptions options, RunOptions files, FeatureOptions features) {}

    /** @param note takes lines that a user should see beside the result */
    RunSession(Asked asked, RunSubjects subjects, Phases phases, Consumer<String> note) {
        options = asked.options();
        files = asked.files();
        features = asked.features();
        this.subjects = subjects;
        this.phases = phases;
        this.note = note;
    }

    RunReport bundle(Path folder) {
        refuse(Stream.concat(options.givenBinding().stream(), options.givenCode().stream()).toList(), "bundle `" + folder + "` is compiled already");
        var ready = subjects.bundle(folder);
        MemoryUse.of(ready.subject().plan()).check(folder.toString(), options.memory());
        try (var inputs = inputs()) {
            return run(ready, inputs);
        }
    }

    RunReport model(String name) {
        var reference = ModelReference.parse(name, ModelRegistry.load(), note);
        try (var inputs = inputs()) {
            return run(subjects.of(options.request(reference, inputs.shapes())), inputs);
        }
    }

    private RunReport run(Ready ready, InputFile inputs) {
        return files.randomInputs().isPresent() ? madeUp(ready) : withFiles(ready, inputs);
    }

    /** The file of inputs, or the file of the features that are made in its place. */
    private InputFile inputs() {
        var sample = features.sample();
        if (sample.isEmpty()) {
            refuse(features.givenMaking(), "no features are made without --fasta or --a3m");
            return InputFile.open(files.inputs());
        }
        if (files.inputs().isPresent()) {
            throw new UserException("--inputs has the model's inputs, and " + String.join(", ", features.given()) + " would make them: one of both is needed");
        }
        return InputFile.open(Optional.of(phases.time("features", () -> features.made(options.cacheFolder(), note).get(sample.get()).file())));
    }

    /** One report for each run of the model that the file has outputs of. */
    List<RunReport> golden(Path path) {
        refuse(features.givenMaking(), "file `" + path + "` has inputs of its own");
        if (files.weights().isPresent() || files.randomWeights().isPresent() || files.inputs().isPresent() || files.reference().isPresent()) {
            throw new UserException("file `" + path + "` has weights, inputs and reference outputs of its own: "
                    + "--weights, --random-weights, --inputs and --reference do not apply");
        }
        refuse(options.givenBinding(), "file `" + path + "` has a configuration and sizes of its own, and its outputs are what is computed");
        var registry = phases.time("load", ModelRegistry::load);
        var reports = new ArrayList<RunReport>();
        var outputs = new LinkedHashMap<String, TensorData>();
        try (var golden = GoldenRun.open(path, registry)) {
            for (Reference.Run run : golden.runs()) {
                var ready = subjects.of(golden.request(run, options.nativeOptions(), options.memory()));
                var inputs = golden.inputs(ArgumentBinding.required(ready.subject().plan(), Kind.INPUT));
                var job = new RunJob(ready.subject(), new ArgumentBinding.Files(new Weights(golden.parameters(), golden.parameterNames()), inputs,
                        none("cotangents")), ready.wasCompiled());
                reports.add(execute(job, true, results -> {
                    results.forEach((name, tensor) -> outputs.put(run.outputs().getOrDefault(name, name), tensor));
                    files.outputs().write(ready.subject().facts().model(), new RunTensors(inputs, results), outputs, note);
                    return golden.compare(run, results);
                }));
            }
        }
        return reports;
    }

    private static void refuse(List<String> given, String reason) {
        if (!given.isEmpty()) {
            throw new UserException(reason + ": " + String.join(", ", given) + (given.size() == 1 ? " does" : " do") + " not apply");
        }
    }

    private RunReport withFiles(Ready ready, InputFile inputs) {
        var model = ready.subject();
        if (inputs.isEmpty()) {
            refuseMissing(model, Kind.INPUT, "inputs", "--inputs");
        }
        files.reference().ifPresent(file -> FileReference.check(file, ArgumentBinding.required(model.plan(), Kind.OUTPUT), note));
        try (var parameters = weights(model)) {
            // A file of reference results has its parameters behind this.
            var weights = parameters.names().stream().anyMatch(name -> name.startsWith("param/")) ? parameters.under("param/") : parameters;
            var taken = inputs.inputs(ArgumentBinding.required(model.plan(), Kind.INPUT));
            var job = new RunJob(model, new ArgumentBinding.Files(new Weights(weights, names(weights)), taken, inputs.cotangents()), ready.wasCompiled());
            return execute(job, files.looksAtOutputs(), outputs -> {
                files.outputs().write(model.facts().model(), new RunTensors(taken, outputs), outputs, note);
                return files.reference().map(file -> FileReference.compare(file, outputs)).orElse(List.of());
            });
        }
    }

    /** Made-up numbers go straight into the arena, and nothing is copied out of it: the process has next to nothing beside it. */
    private RunReport madeUp(Ready ready) {
        var job = new RunJob(ready.subject(), new ArgumentBinding.Files(new Weights(none("nothing"), NameMap.SAME), none("nothing"), none("cotangents")),
                ready.wasCompiled());
        var measured = phases.time("run", () -> Measurement.of(job.subject(), new Measurement.Runs(0, files.repeat(), false), runner -> {
            for (var buffer : runner.wanted()) {
                long seed = (buffer.place().kind() == Kind.WEIGHT ? files.randomWeights() : files.randomInputs()).getAsLong();
                runner.fill(buffer, (wanted, memory) -> SyntheticTensors.write(wanted, seed, memory));
            }
            if (files.checkFinite()) {
                runner.checkFinite();
            }
        }));
        return RunReport.of(job, measured, List.of(), files.profile(), phases.milliseconds());
    }

    private TensorSource weights(RunSubject model) {
        if (files.weights().isPresent()) {
            return WeightFiles.open(files.weights().get());
        }
        if (files.randomWeights().isPresent()) {
            var made = new LinkedHashMap<String, TensorData>();
            model.plan().buffers().stream().filter(buffer -> buffer.place().kind() == Kind.WEIGHT)
                    .forEach(buffer -> made.put(buffer.place().external(), SyntheticTensors.of(buffer, files.randomWeights().getAsLong())));
            return TensorSource.of("--random-weights", made);
        }
        refuseMissing(model, Kind.WEIGHT, "parameters", "--weights");
        return none("nothing");
    }

    /** As --names says, else as the file's own names tell. */
    private NameMap names(TensorSource weights) {
        var map = files.names().map(WeightNames::named).orElseGet(() -> WeightNames.recognise(weights).map(found -> {
            note.accept("note: " + weights.origin() + " is read with --names " + found.name());
            return found.map();
        }).orElse(NameMap.SAME));
        return files.part().map(map::part).orElse(map);
    }

    /** Refuses a model that takes something of a kind of which no file is given. */
    private static void refuseMissing(RunSubject model, Kind kind, String nouns, String option) {
        var wanted = ArgumentBinding.required(model.plan(), kind);
        if (!wanted.isEmpty()) {
            throw new UserException("`%s` takes %d %s, and no %s file is given\n  = note: the first is `%s` %s\n  = help: add %s FILE, or %s SEED for a trial".formatted(
                    model.facts().model(), wanted.size(), nouns, option, wanted.getFirst().name(), wanted.getFirst().header(), option,
                    option.replace("--", "--random-")));
        }
    }

    private static TensorSource none(String origin) {
        return TensorSource.of(origin, Map.of());
    }

    private RunReport execute(RunJob job, boolean keepsOutputs, Function<Map<String, TensorData>, List<Comparison.Row>> compare) {
        files.outputs().check(job.subject().facts().model());
        var arguments = phases.time("read", () -> ArgumentBinding.of(job.subject().plan(), job.files(), note));
        if (files.checkFinite()) {
            arguments.checkFinite();
        }
        var trace = new Trace(job.subject().facts().groups());
        var measured = phases.time("run", () -> Measurement.of(job.subject(), new Measurement.Runs(0, files.repeat(), keepsOutputs), runner -> {
            arguments.fill(runner);
            if (files.checkFinite()) {
                runner.checkFinite();
            }
            if (files.trace().isPresent()) {
                runner.onLaunch(trace);
            }
        }));
        if (files.checkFinite()) {
            measured.outputs().forEach((name, tensor) -> ArgumentBinding.checkFinite("output", name, tensor));
        }
        files.trace().ifPresent(trace::write);
        var differences = compare.apply(measured.outputs());
        return RunReport.of(job, measured, differences, files.profile(), phases.milliseconds());
    }
}
