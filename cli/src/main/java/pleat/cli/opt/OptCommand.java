package pleat.cli.opt;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import pleat.cli.Assignment;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.TensorModule;
import pleat.passes.BindSizes;
import pleat.passes.Pass;
import pleat.passes.PassManager;
import pleat.passes.PassTable;
import pleat.passes.UnmetNeed;

/** Runs named passes on the text of a tensor module: how a pass is looked at, and how a failing one is shown again. */
@Command(
        name = "opt",
        mixinStandardHelpOptions = true,
        description = "Runs passes on the text of a tensor module and prints the result.",
        footer = {
            "%nExamples:",
            "  pleat opt --list",
            "  pleat opt model.ir --passes=bind-sizes{N=64},inline,normalize,simplify,cse,dce",
            "  pleat opt fuse-maps.repro.ir      the passes of its RUN line"
        })
public final class OptCommand implements Callable<Integer> {
    private static final String RUN_LINE = "; RUN: opt --passes=";

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "Text of a tensor module.")
    private Path file;

    @Option(names = "--list", description = "Print the table of passes.")
    private boolean list;

    @Option(names = "--passes", paramLabel = "PASS,...",
            description = "Passes in order, options in braces. Without it: those of the file's first RUN line.")
    private String passes;

    @Option(names = "--size", paramLabel = "NAME=NUMBER", split = ",", converter = Assignment.OfNumber.class,
            description = "Binds sizes before the first pass.")
    private List<Assignment<Long>> sizes = new ArrayList<>();

    @Option(names = {"-o", "--output"}, paramLabel = "FILE", description = "Write the result there.")
    private Path output;

    @ArgGroup(validate = false, heading = "Looking at what the passes do:%n")
    private PassOptions passOptions = new PassOptions();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (list) {
            out.print(PassTable.text());
            out.flush();
            return 0;
        }
        if (file == null) {
            throw new UserException("no file is given\n  = help: `pleat opt FILE --passes=...`, or `pleat opt --list` for the passes");
        }
        ModuleText.checkWritable(output);
        var text = ModuleText.read(file);
        ModuleText.write(run(text.module(), passes(text.text())), output, out);
        return 0;
    }

    private TensorModule run(TensorModule module, List<Pass> chosen) {
        var bind = sizes.isEmpty() ? Stream.<Pass>of() : Stream.of(BindSizes.of(Assignment.map("--size", sizes)));
        try {
            return new PassManager(passOptions.options(), this::log).run(module, Stream.concat(bind, chosen.stream()).toList());
        } catch (UnmetNeed unmet) { // here the order of passes is the user's, so it is no bug
            throw new UserException(unmet.getMessage(), unmet);
        }
    }

    private void log(String line) {
        spec.commandLine().getErr().println(line);
        spec.commandLine().getErr().flush();
    }

    private List<Pass> passes(String text) {
        return PassTable.parse(Optional.ofNullable(passes).or(() -> runLine(text)).orElseThrow(() -> new UserException(
                "no passes are given, and `" + file
                + "` has no RUN line\n  = help: add `--passes=...`; `pleat opt --list` prints their names")));
    }

    private static Optional<String> runLine(String text) {
        return text.lines().filter(line -> line.startsWith(RUN_LINE)).findFirst()
                .map(line -> line.substring(RUN_LINE.length()).strip());
    }
}
