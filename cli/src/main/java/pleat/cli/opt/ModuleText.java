package pleat.cli.opt;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import pleat.ir.diagnostic.Source;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Parser;
import pleat.ir.text.Printer;
import pleat.ir.verify.Verifier;

/** Text of a tensor module in a file that the user named. */
record ModuleText(Path file, String text) {

    static ModuleText read(Path file) {
        try {
            return new ModuleText(file, Files.readString(file));
        } catch (IOException failure) {
            throw new UserException(Files.exists(file) ? "`" + file + "` cannot be read"
                    : "there is no file `" + file + "`", failure);
        }
    }

    TensorModule module() {
        return Verifier.verified(parsed());
    }

    /** The module, right or wrong. */
    Parser.Parsed parsed() {
        return Parser.parse(new Source(file.toString(), text));
    }

    /** @param output null for the terminal */
    static void write(TensorModule module, Path output, PrintWriter terminal) {
        if (output == null) {
            terminal.print(Printer.print(module));
            terminal.flush();
            return;
        }
        try {
            Files.writeString(output, Printer.print(module));
        } catch (IOException failure) {
            throw new UserException("`" + output + "` cannot be written", failure);
        }
    }
}
