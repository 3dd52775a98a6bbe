package pleat.cli.golden;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import pleat.cli.Json;
import pleat.cli.Progress;
import pleat.cli.compile.GpuModel;
import pleat.cli.compile.NativeOptions;
import pleat.cli.compile.RequestOptions;
import pleat.cli.execute.Via;
import pleat.cli.model.ModelRegistry;
import pleat.codegen.gpu.GpuTarget;
import pleat.ir.diagnostic.UserException;
import pleat.runtime.emulator.KernelFault;

/** Runs models on results of a reference implementation and compares outputs, and gradients where the file has them. */
@Command(
        name = "check-golden",
        mixinStandardHelpOptions = true,
        description = "Compares a model's outputs and gradients with those of a reference implementation.",
        footer = {"%nThe tolerance of a tensor is 10 times the error of the reference's own float32 run, at least 1e-5; 3 times that for whole models.",
            "In 16 bits it is 4e-3 (bf16) or 2e-3 (f16), or 4 times what rounding of all that is stored does in an otherwise exact run.",
            "%nExamples:", "  pleat check-golden examples/6kwc_evoformer.npz          each tensor of a file",
            "  pleat check-golden examples --via interpreter,native    a table of all files of a folder",
            "  pleat check-golden examples --via emulator              through PTX for sm_80, every instruction checked",
            "  pleat check-golden examples --via emulator --arch sm_90a --dtype bf16 --kernels",
            "  pleat check-golden examples --via cuda                  on the GPU of this machine"})
public final class CheckGoldenCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Files of reference results (npz), or folders of them.")
    private List<Path> paths;

    @Option(names = "--via", split = ",", defaultValue = "native", paramLabel = "WAY",
            description = "What runs the model: ${COMPLETION-CANDIDATES}, or several with commas; ${DEFAULT-VALUE} unless given.")
    private List<Via> ways;

    @Option(names = "--threads", paramLabel = "N", description = "Threads of native code; as many as the machine has unless given.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--arch", paramLabel = "sm_NN", description = "With emulator or cuda: the target whose code runs; sm_80 on the emulator unless given.")
    private String architecture;

    @Option(names = "--dtype", paramLabel = "f32|bf16|f16", defaultValue = "F32",
            description = "Element type of floating tensors in memory; sums are f32 always. Default: f32.")
    private RequestOptions.Storage storage;

    @Option(names = "--kernels", description = "On a GPU: compare what every kernel writes, too, with what the interpreter makes of the memory that the kernel "
            + "found. The tolerance is 1e-5, 5.9e-3 in bf16, 7.3e-4 in f16, or 4 times what moving that memory by half a unit of the last digit does.")
    private boolean byKernel;

    @Option(names = "--json", description = "Print a JSON list of {file, via, ok, rows: [{tensor, error, tolerance, ok}]}.")
    private boolean json;

    @Override
    public Integer call() {
        var files = files();
        int team = RequestOptions.checkedThreads(threads);
        if (architecture != null && ways.stream().noneMatch(via -> via == Via.EMULATOR || via == Via.CUDA)) {
            throw new UserException("--arch is for GPUs\n  = help: add --via emulator or --via cuda");
        }
        var registry = ModelRegistry.load();
        var results = new ArrayList<GoldenCheck.Result>();
        boolean single = files.size() * ways.size() == 1;
        try (var progress = Progress.on(spec.commandLine().getErr())) {
            for (Path file : files) {
                for (Via via : ways) {
                    progress.accept(file.getFileName() + ", " + (results.size() + 1) + " of " + files.size() * ways.size());
                    results.add(run(new GoldenCheck(registry, via, arithmetic(via, team), spec.commandLine().getErr()::println), file));
                    progress.erase();
                }
            }
        }
        print(results, single);
        return results.stream().allMatch(GoldenCheck.Result::ok) ? 0 : 1;
    }

    private Arithmetic arithmetic(Via via, int team) {
        return Arithmetic.of(via, NativeOptions.threads(team).withStorage(storage.dtype()), target(), byKernel);
    }

    private Optional<GpuTarget> target() {
        return Optional.ofNullable(architecture).map(GpuModel::target);
    }

    private void print(List<GoldenCheck.Result> results, boolean single) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Json.print(out, results);
        } else if (single) {
            GoldenTable.tensors(results.getFirst(), out);
        } else {
            GoldenTable.files(results, out);
        }
    }

    /** The files that are named, and in the place of a folder those below it, by name. */
    private List<Path> files() {
        return paths.stream().flatMap(path -> Files.isDirectory(path) ? below(path).stream() : Stream.of(path)).toList();
    }

    private static List<Path> below(Path folder) {
        try (var walk = Files.walk(folder)) {
            var found = walk.filter(path -> path.toString().endsWith(".npz")).sorted().toList();
            if (found.isEmpty()) {
                throw new UserException("there are no npz files in " + folder);
            }
            return found;
        } catch (IOException e) {
            throw new UserException("cannot list " + folder + ": " + e.getMessage(), e);
        }
    }

    /** A file that cannot be checked fails, and the others are checked all the same. */
    private GoldenCheck.Result run(GoldenCheck check, Path file) {
        try {
            return check.run(file);
        } catch (UserException | KernelFault e) {
            spec.commandLine().getErr().println(e.getMessage());
            return check.failed(file);
        }
    }
}
