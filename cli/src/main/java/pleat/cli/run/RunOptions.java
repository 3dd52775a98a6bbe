package pleat.cli.run;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Option;
import pleat.cli.output.OutputFiles;
import pleat.cli.output.WritableFile;
import pleat.ir.diagnostic.UserException;
import pleat.runtime.io.WeightFiles;

/** What a run reads, writes and shows. */
final class RunOptions {
    @Option(names = "--weights", paramLabel = "FILE", description = "The model's parameters.")
    private Path weights;

    @Option(names = "--names", paramLabel = "NAMES",
            description = "How the file of parameters names them: alphafold, alphafold-multimer, openfold, boltz, boltz-ema, protenix, pleat, pleat-average or same. "
                    + "Default: found out.")
    private String names;

    @Option(names = "--part", paramLabel = "NAME", description = "Of the parameters only those of a part, as in --part evoformer.blocks.0.")
    private String part;

    @Option(names = "--random-weights", paramLabel = "SEED", description = "Make parameters up, for a trial of a model without its weights.")
    private Long randomWeights;

    @Option(names = "--random-inputs", paramLabel = "SEED", description = "Make inputs up too, of the sizes of --size, for a trial of its time and memory.")
    private Long randomInputs;

    @Option(names = "--inputs", paramLabel = "FILE",
            description = "The model's inputs, whose shapes give the sizes; cotangents, for gradients, under cot/.")
    private Path inputs;

    @Option(names = {"-o", "--output"}, paramLabel = "FILE",
            description = "Write outputs there: all of them as .npz, atoms as .cif or .pdb, a picture of distances and confidence as .png or .html. "
                    + "May be repeated.")
    private List<Path> outputs = new ArrayList<>();

    @Option(names = "--reference", paramLabel = "FILE", description = "Compare the outputs with those in a file.")
    private Path reference;

    @Option(names = "--repeat", paramLabel = "N", defaultValue = "1", description = "Timed runs. Default: ${DEFAULT-VALUE}.")
    private int repeat;

    @Option(names = "--check-finite", description = "Refuse infinities and NaN in weights, inputs and outputs.")
    private boolean checkFinite;

    @Option(names = "--profile", description = "Print the time of each kernel too.")
    private boolean profile;

    @Option(names = "--trace", paramLabel = "FILE", description = "Write the launches there, for chrome://tracing or Perfetto.")
    private Path trace;

    @Option(names = "--json", description = "Print a JSON object.")
    private boolean json;

    Optional<Path> weights() {
        return Optional.ofNullable(weights);
    }

    Optional<String> names() {
        return Optional.ofNullable(names);
    }

    Optional<String> part() {
        return Optional.ofNullable(part);
    }

    OptionalLong randomWeights() {
        return randomWeights == null ? OptionalLong.empty() : OptionalLong.of(randomWeights);
    }

    OptionalLong randomInputs() {
        return randomInputs == null ? OptionalLong.empty() : OptionalLong.of(randomInputs);
    }

    /** Whether anybody looks at the numbers that come out. */
    boolean looksAtOutputs() {
        return !outputs.isEmpty() || reference != null || checkFinite;
    }

    Optional<Path> inputs() {
        return Optional.ofNullable(inputs);
    }

    OutputFiles outputs() {
        return OutputFiles.of(outputs);
    }

    boolean wantsOutputs() {
        return !outputs.isEmpty();
    }

    Optional<Path> reference() {
        return Optional.ofNullable(reference);
    }

    Optional<Path> trace() {
        return Optional.ofNullable(trace);
    }

    int repeat() {
        return repeat;
    }

    boolean checkFinite() {
        return checkFinite;
    }

    boolean profile() {
        return profile;
    }

    boolean json() {
        return json;
    }

    /** Finds out before a long run what would fail after it. */
    void check() {
        if (repeat < 1) {
            throw new UserException("--repeat is " + repeat + ", and at least one run is needed");
        }
        if (weights != null && randomWeights != null) {
            throw new UserException("--weights and --random-weights are both given, and a parameter has one value");
        }
        if (randomInputs != null && randomWeights == null) {
            throw new UserException("--random-inputs is for a trial with --random-weights alone, and it is not given\n  = help: add --random-weights SEED");
        }
        if (randomInputs != null && (inputs != null || reference != null || !outputs.isEmpty())) {
            throw new UserException("--random-inputs is for a trial with --random-weights alone: --inputs, --reference and --output do not apply");
        }
        if (weights == null && (names != null || part != null)) {
            throw new UserException("--names and --part say how the file of --weights is read, and there is none");
        }
        reference().ifPresent(file -> WeightFiles.open(file).close());
        outputs.forEach(WritableFile::check);
        OutputFiles.of(outputs);
        trace().ifPresent(WritableFile::check);
    }
}
