package pleat.cli;

import java.io.PrintWriter;
import java.util.function.Consumer;

/** One line on a terminal that says what is being done; nothing where no person looks on, and nothing is left of it. */
public final class Progress implements Consumer<String>, AutoCloseable {
    private static final String ERASE = "\r\033[K";

    private final PrintWriter terminal;
    private final boolean isShown;

    private Progress(PrintWriter terminal, boolean isShown) {
        this.terminal = terminal;
        this.isShown = isShown;
    }

    /** On the terminal of this process, if it has one and all its output goes there. */
    public static Progress on(PrintWriter err) {
        var console = System.console();
        return new Progress(err, console != null && console.isTerminal());
    }

    @Override
    public void accept(String step) {
        if (isShown) {
            terminal.print(ERASE + "pleat: " + step);
            terminal.flush();
        }
    }

    /** Makes room for what the command has to say. */
    public void erase() {
        if (isShown) {
            terminal.print(ERASE);
            terminal.flush();
        }
    }

    @Override
    public void close() {
        erase();
    }
}
