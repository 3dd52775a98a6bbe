package pleat.cli.opt;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.TensorModule;
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
            "%nExample:",
            "  pleat reduce fuse-maps.repro.ir --keep='fails fuse-maps' -o small.ir"
        })
public final class ReduceCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "Text of a tensor module.")
    private Path file;

    @Option(names = "--keep", required = true, paramLabel = "PREDICATE", description = "What is true of the module and stays true.")
    private String keep;

    @Option(names = {"-o", "--output"}, paramLabel = "FILE", description = "Write the result there.")
    private Path output;

    @Override
    public Integer call() {
        var isInteresting = Interest.parse(keep);
        TensorModule module = ModuleText.read(file).module();
        if (!isInteresting.test(module)) {
            throw new UserException("it is not true of `" + file + "` that it " + (keep.equals("nonfinite") ? "is nonfinite" : keep));
        }
        ModuleText.write(Reducer.reduce(module, isInteresting), output, spec.commandLine().getOut());
        return 0;
    }
}
