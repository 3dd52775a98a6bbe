package pleat.cli.features;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import pleat.cli.Json;
import pleat.cli.Progress;
import pleat.cli.compile.ModelCache;
import pleat.features.sample.SampleList;
import pleat.features.sample.SampleRequest;
import pleat.features.stream.CachedFeatures.Entry;
import pleat.features.stream.FeatureStream;
import pleat.features.stream.FeatureStream.Failed;
import pleat.features.stream.FeatureStream.Made;
import pleat.ir.diagnostic.FileFailure;
import pleat.ir.diagnostic.PleatException;
import pleat.ir.diagnostic.UserException;

/** Makes the input tensors of models from sequences, alignments and structures. */
@Command(
        name = "features",
        mixinStandardHelpOptions = true,
        description = "Makes a model's input features from sequences, alignments and templates.",
        footer = {
            "%nExamples:",
            "  pleat features --a3m examples/6kwc/6kwc_97-160.a3m --first-residue 97 -o 6kwc.npz",
            "  pleat features --fasta query.fasta --a3m bfd.a3m --sto uniref90.sto.gz --template 2q2k.cif:A --seed 7 -o features.npz",
            "  pleat features --list examples/samples.txt --clusters 32 --extra 64 -o samples --workers 4",
            "  pleat features --list examples/samples.txt --clusters 32 --extra 64 --bench"
        })
public final class FeaturesCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private FeatureOptions options;

    @Option(names = "--list", paramLabel = "FILE", description = "Many samples: each line has a name and fasta=, a3m=, sto=, template=, residues= or first=.")
    private Path list;

    @Option(names = {"-o", "--output"}, paramLabel = "FILE|DIR", description = "Write the features there, as npz; of a list, one file for each.")
    private Path output;

    @Option(names = "--workers", paramLabel = "N", description = "Samples that are made at a time. Default: four more than the machine has cores.")
    private Integer workers;

    @Option(names = "--window", paramLabel = "N", defaultValue = "128",
            description = "How far samples may be ahead of the earliest that is not ready. Default: ${DEFAULT-VALUE}.")
    private int window;

    @Option(names = "--cache", paramLabel = "DIR", description = "Keep features there. Default: $PLEAT_CACHE, or pleat in the user's caches.")
    private Path cache;

    @Option(names = "--bench", description = "Write nothing, but measure the samples a second, with and without one in twenty delayed.")
    private boolean bench;

    @Option(names = "--json", description = "Print a JSON object.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        var samples = samples();
        int threads = workers == null ? Runtime.getRuntime().availableProcessors() + 4 : workers;
        checkAtLeastOne("--workers", threads);
        checkAtLeastOne("--window", window);
        if (bench) {
            return measure(new FeatureBench(options, samples, threads, window, err::println));
        }
        prepareOutput();
        var features = options.made(cache == null ? ModelCache.folderOfUser() : cache, err::println);
        long start = System.nanoTime();
        var rows = new ArrayList<FeaturesReport.Row>();
        try (var progress = Progress.on(err);
                var stream = new FeatureStream<>(samples.size(), index -> features.get(samples.get(index)), threads, window)) {
            for (var next = stream.next(); next.isPresent(); next = stream.next()) {
                var sample = samples.get(next.get().index());
                rows.add(switch (next.get().outcome()) {
                    case Made<Entry>(Entry entry) -> FeaturesReport.Row.of(entry, written(entry));
                    case Failed<Entry>(Throwable reason) -> failed(sample, reason, err);
                });
                progress.accept(rows.size() + " of " + samples.size() + " samples");
            }
        }
        var report = FeaturesReport.of(rows, (System.nanoTime() - start) / 1e9);
        if (json) {
            Json.print(spec.commandLine().getOut(), report);
        } else {
            report.print(spec.commandLine().getOut());
        }
        return report.failed() == 0 ? 0 : 1;
    }

    private int measure(FeatureBench measurement) throws InterruptedException {
        var result = measurement.run();
        if (json) {
            Json.print(spec.commandLine().getOut(), result);
        } else {
            result.print(spec.commandLine().getOut());
        }
        return 0;
    }

    private List<SampleRequest> samples() {
        if (list == null) {
            return List.of(options.sample().orElseThrow(() -> new UserException(
                    "nothing is given to make features from\n  = help: add --fasta FILE or --a3m FILE, or --list FILE for many samples")));
        }
        if (!options.given().isEmpty()) {
            throw new UserException("file `" + list + "` says what samples are made from: " + String.join(", ", options.given()) + " can stand in its lines only");
        }
        return SampleList.read(list);
    }

    private static void checkAtLeastOne(String option, int value) {
        if (value < 1) {
            throw new UserException(option + " is " + value + ", and at least 1 is needed");
        }
    }

    /** Finds out before the work what would fail after it. */
    private void prepareOutput() {
        if (output == null) {
            throw new UserException("nothing says where the features are to be written\n  = help: add -o FILE, or -o DIR for a list");
        }
        var folder = list == null ? output.toAbsolutePath().getParent() : output;
        try {
            if (list == null && Files.isDirectory(output)) {
                throw new UserException("file `" + output + "` cannot be written: it is a folder");
            }
            Files.createDirectories(folder);
        } catch (IOException failure) {
            throw new UserException("folder `" + folder + "` cannot be made: " + FileFailure.reason(failure, folder), failure);
        }
    }

    /** A copy of the entry, which replaces what was there in one step. */
    private Path written(Entry entry) {
        var target = list == null ? output : output.resolve(entry.name() + ".npz");
        var unfinished = target.resolveSibling("." + target.getFileName() + "." + ProcessHandle.current().pid() + ".partial");
        try {
            Files.copy(entry.file(), unfinished, StandardCopyOption.REPLACE_EXISTING);
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return target;
        } catch (IOException failure) {
            throw new UserException("file `" + target + "` cannot be written: " + FileFailure.reason(failure, target), failure);
        }
    }

    private FeaturesReport.Row failed(SampleRequest sample, Throwable reason, PrintWriter err) {
        if (list == null && reason instanceof RuntimeException alone) {
            throw alone;
        }
        return switch (reason) {
            case PleatException explained -> {
                err.println("sample `" + sample.name() + "`: " + explained.getMessage());
                yield FeaturesReport.Row.failed(sample.name(), explained);
            }
            case Error error -> throw error;
            case RuntimeException bug -> throw bug;
            case Throwable other -> throw new IllegalStateException(other);
        };
    }
}
