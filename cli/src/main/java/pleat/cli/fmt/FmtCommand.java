package pleat.cli.fmt;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import pleat.cli.compile.SourceFiles;
import pleat.frontend.format.Formatter;
import pleat.ir.diagnostic.Source;
import pleat.ir.diagnostic.UserException;
import pleat.runtime.io.AtomicFile;

/** Writes model sources with canonical spacing. */
@Command(
        name = "fmt",
        mixinStandardHelpOptions = true,
        description = "Formats model sources in place. A file with a syntax error stays as it is.",
        footer = {
            "%nExamples:",
            "  pleat fmt model.pleat",
            "  pleat fmt --check *.pleat      says which are not formatted; exit code 1 if there are any",
            "  pleat fmt - < model.pleat      prints the result"
        })
public final class FmtCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Model sources, or `-` for the standard input.")
    private List<Path> files;

    @Option(names = "--check", description = "Change nothing; exit with 1 if a file is not formatted.")
    private boolean check;

    /** What is to be written; nothing is before all files were read. */
    private record Change(Path file, String text) {}

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        var changes = new ArrayList<Change>();
        boolean changed = false;
        for (Path file : files) {
            boolean piped = file.toString().equals("-");
            var text = piped ? standardInput() : SourceFiles.read(file);
            var formatted = Formatter.format(new Source(piped ? "<stdin>" : file.toString(), text));
            changed |= !formatted.equals(text);
            if (piped && !check) {
                out.print(formatted);
            } else if (!formatted.equals(text)) {
                changes.add(new Change(file, formatted));
            }
        }
        for (Change change : changes) {
            out.println(check ? "not formatted: " + change.file() : "formatted " + change.file());
            if (!check) {
                AtomicFile.write(change.file(), change.text());
            }
        }
        out.flush();
        return check && changed ? 1 : 0;
    }

    private static String standardInput() throws IOException {
        InputStream in = System.in;
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(in.readAllBytes())).toString();
        } catch (CharacterCodingException failure) {
            throw new UserException("the standard input cannot be read: it is not UTF-8 text", failure);
        }
    }
}
