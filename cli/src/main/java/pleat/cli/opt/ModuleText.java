package pleat.cli.opt;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import pleat.cli.compile.SourceFiles;
import pleat.cli.output.WritableFile;
import pleat.ir.diagnostic.FileFailure;
import pleat.ir.diagnostic.Source;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Parser;
import pleat.ir.text.Printer;
import pleat.ir.verify.Verifier;
import pleat.runtime.io.AtomicFile;

/** Text of a tensor module in a file that the user named. */
record ModuleText(Path file, String text) {

    static ModuleText read(Path file) {
        return new ModuleText(file, SourceFiles.read(file));
    }

    TensorModule module() {
        return Verifier.verified(parsed());
    }

    /** The module, right or wrong. */
    Parser.Parsed parsed() {
        return Parser.parse(new Source(file.toString(), text));
    }

    /**
     * Sees that the result can be written, before it is worked for.
     *
     * @param output null for the terminal
     */
    static void checkWritable(Path output) {
        if (output != null && !isWrittenThrough(output)) {
            WritableFile.check(output);
        }
    }

    private static boolean isWrittenThrough(Path output) {
        return Files.exists(output) && !Files.isRegularFile(output, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(output);
    }

    /** @param output null for the terminal */
    static void write(TensorModule module, Path output, PrintWriter terminal) {
        if (output == null) {
            terminal.print(Printer.print(module));
            terminal.flush();
            return;
        }
        if (isWrittenThrough(output)) {
            writeThrough(output, Printer.print(module));
        } else {
            AtomicFile.write(output, Printer.print(module));
        }
    }

    /** To a device or a link, such as {@code /dev/stdout}, that another file must not replace. */
    private static void writeThrough(Path output, String text) {
        try {
            Files.writeString(output, text);
        } catch (IOException failure) {
            throw new UserException("file `" + output + "` cannot be written: " + FileFailure.reason(failure, output), failure);
        }
    }
}
