package pleat.cli.export;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import pleat.cli.Progress;
import pleat.cli.compile.Bytes;
import pleat.cli.compile.GpuCompiler.Compiled;
import pleat.cli.compile.GpuModel;
import pleat.cli.compile.ModelReference;
import pleat.cli.compile.NativeOptions;
import pleat.cli.compile.Phases;
import pleat.cli.compile.RequestOptions;
import pleat.cli.execute.Emulation;
import pleat.cli.execute.NativeExecutor;
import pleat.cli.model.ModelRegistry;
import pleat.cli.output.WritableFolder;
import pleat.cli.profile.FirstBlocks;
import pleat.runtime.io.TensorData;

/** Writes code for a GPU with all that it takes to run it where there is no Java. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = "Writes a folder with a model's code for a GPU, the seeds of inputs, what outputs to expect, and a small C++ program that checks and times it.",
        footer = {"%nExamples:", "  pleat export evoformer-block --size s=128,r=256 --dtype bf16 --arch sm_90 -o block",
            "  c++ -O2 -std=c++17 -o runner block/runner.cpp -ldl && ./runner block      on the machine with the GPU",
            "  pleat export evoformer-block --size s=5,r=9 --expect emulator -o small    with sums of what every kernel writes"})
public final class ExportCommand implements Callable<Integer> {
    /** Where expected results come from. */
    enum Expect {
        NATIVE, EMULATOR, NONE
    }

    /** What code is made for. */
    enum Target {
        CUDA
    }

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = ModelReference.FORMS)
    private String model;

    @Mixin
    private RequestOptions options;

    @Option(names = "--target", paramLabel = "cuda", defaultValue = "cuda", description = "What the code is for: ${COMPLETION-CANDIDATES}.")
    private Target target;

    @Option(names = "--arch", paramLabel = "sm_NN", defaultValue = "sm_80", description = "The oldest GPU that it has to run on; ${DEFAULT-VALUE} unless given.")
    private String architecture;

    @Option(names = {"-o", "--output"}, paramLabel = "DIR", required = true, description = "Write everything there.")
    private Path output;

    @Option(names = "--expect", paramLabel = "native|emulator|none", defaultValue = "native",
            description = "Where expected outputs come from: native code of this machine; the emulator, with sums of what every launch writes; or none. "
                    + "Default: ${DEFAULT-VALUE}.")
    private Expect expect;

    @Option(names = "--seed", paramLabel = "N", description = "Of the made-up weights and inputs. Default: ${DEFAULT-VALUE}.", defaultValue = "20210715")
    private long seed;

    @Override
    public Integer call() {
        WritableFolder.checkOrNew(output);
        try (var progress = Progress.on(spec.commandLine().getErr())) {
            var phases = new Phases(progress);
            var reference = ModelReference.parse(model, ModelRegistry.load(), spec.commandLine().getErr()::println);
            var request = options.request(reference);
            var gpu = GpuModel.of(request, GpuModel.target(architecture), options.earlier(spec.commandLine().getErr()::println), phases);
            var sums = new LaunchSums();
            var results = phases.time("expect", () -> expected(gpu, request.options(), sums));
            var counts = phases.time("count", () -> new FirstBlocks(1).counts(gpu, request.options().threads()));
            var bundle = new CudaBundle(reference.toString(), gpu.compiled(), options.dtype(), output);
            phases.time("write", () -> bundle.write(seed, results, new CudaBundle.Launched(sums, counts)));
            progress.erase();
            report(gpu.compiled());
        }
        return 0;
    }

    private Map<String, TensorData> expected(GpuModel gpu, NativeOptions how, LaunchSums sums) {
        return switch (expect) {
            case NONE -> Map.of();
            case NATIVE -> new NativeExecutor(how).run(gpu.module(), gpu.arguments(seed));
            case EMULATOR -> {
                try (var emulation = new Emulation(gpu.compiled(), how.threads())) {
                    emulation.runner().onWritten(sums);
                    yield emulation.run(gpu.arguments(seed));
                }
            }
        };
    }

    private void report(Compiled compiled) {
        var out = spec.commandLine().getOut();
        out.printf("%s: %d kernels for %s, %s of GPU memory, %s%n", output, compiled.plan().kernels().size(), compiled.code().target(),
                Bytes.text(compiled.plan().arena().bytes()), Ptxas.find().isPresent() ? "assembled" : "as PTX (there is no ptxas here)");
        out.flush();
    }
}
