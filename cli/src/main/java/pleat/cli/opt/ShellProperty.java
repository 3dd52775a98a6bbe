package pleat.cli.opt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Printer;

/** A module has it if a shell command returns 0 for the file with its text. */
record ShellProperty(String command) implements Predicate<TensorModule> {
    private static final int NOT_FOUND = 127;

    @Override
    public boolean test(TensorModule module) {
        try {
            Path file = Files.createTempFile("pleat-reduce", ".ir");
            try {
                Files.writeString(file, Printer.print(module));
                return run(file) == 0;
            } finally {
                Files.delete(file);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private int run(Path file) throws IOException {
        var line = command.contains("{}") ? command.replace("{}", file.toString()) : command + " " + file;
        var process = new ProcessBuilder("sh", "-c", line).redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try {
            int code = process.waitFor();
            if (code == NOT_FOUND) {
                throw new UserException("the shell does not find the command in `" + command + "`");
            }
            return code;
        } catch (InterruptedException interrupted) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }
}
