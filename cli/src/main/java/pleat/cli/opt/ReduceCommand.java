package pleat.cli.opt;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import pleat.cli.Assignment;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.TensorModule;
import pleat.passes.BindSizes;
import pleat.passes.reduce.Interest;
import pleat.passes.reduce.Reducer;

/** Shrinks the text of a module to the few lines that still show a failure. */
@Command(
        name = "reduce",
        mixinStandardHelpOptions = true,
        description = "Makes the text of a tensor module as small as it can be while what you say of it stays true.",
        footer = {
            "%nWhat can be said of a module:",
            "  fails PASSES               a pass breaks down or breaks a promise",
            "  differs PASSES             it gives other numbers after the passes",
            "  prints TEXT after PASSES   the text after the passes has TEXT in it",
            "  nonfinite                  a result is infinite or not a number",
            "  unverified CODE            the verifier refuses it for this reason",
            "  fails via native           compiling or running it breaks down; also `via plan`",
            "  differs via native         native code gives other numbers than the interpreter; also `via plan`",
            "  runs COMMAND               the shell command, `{}` standing for the file, returns 0",
            "%nExamples:",
            "  pleat reduce fuse-maps.repro.ir --keep='fails fuse-maps' -o small.ir",
            "  pleat reduce model.ir --size N=16 --keep='differs via native'",
            "  pleat reduce model.ir --keep='runs grep -q rsqrt {}'"
        })
public final class ReduceCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "Text of a tensor module.")
    private Path file;

    @Option(names = "--keep", required = true, paramLabel = "PREDICATE",
            description = "What is true of the module and stays true.")
    private String keep;

    @Option(names = "--size", paramLabel = "NAME=NUMBER", split = ",", converter = Assignment.OfNumber.class,
            description = "Binds sizes first.")
    private List<Assignment<Long>> sizes = new ArrayList<>();

    @Option(names = "--limit", defaultValue = "10000", paramLabel = "NUMBER",
            description = "How many modules are tried at most (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Option(names = {"-o", "--output"}, paramLabel = "FILE", description = "Write the result there.")
    private Path output;

    @Override
    public Integer call() {
        var isKept = Keep.parse(keep);
        ModuleText.checkWritable(output);
        var text = ModuleText.read(file);
        TensorModule read = keep.startsWith(Interest.UNVERIFIED) ? text.parsed().module() : text.module();
        TensorModule module = sizes.isEmpty() ? read : BindSizes.of(Assignment.map("--size", sizes)).apply(read);
        if (!isKept.test(module)) {
            Keep.obstacle(keep, module).ifPresent(reason -> {
                throw new UserException("`" + file + "` could not be run: " + reason);
            });
            throw new UserException("it is not true of `" + file + "` that it "
                    + (keep.equals("nonfinite") ? "is nonfinite" : keep));
        }
        PrintWriter err = spec.commandLine().getErr();
        ModuleText.write(Reducer.reduce(module, isKept, limit, line -> {
            err.println(line);
            err.flush();
        }), output, spec.commandLine().getOut());
        return 0;
    }
}
