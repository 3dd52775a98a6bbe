package pleat.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import pleat.ir.diagnostic.DeviceException;
import pleat.ir.diagnostic.UserException;

final class MainTest {
    @Command(name = "fail")
    private record Failing(Throwable failure) implements Callable<Integer> {
        @Override
        public Integer call() throws Exception {
            switch (failure) {
                case Error error -> throw error;
                case Exception exception -> throw exception;
                default -> throw new AssertionError("neither an error nor an exception", failure);
            }
        }
    }

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(CommandLine line, String... arguments) {
        return line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(arguments);
    }

    private int failWith(Throwable failure) {
        return run(Main.commandLine().addSubcommand(new Failing(failure)), "fail");
    }

    @Test
    void theVersionIsTheOneOfThePom() {
        assertEquals(0, run(Main.commandLine(), "--version"));
        assertTrue(out.toString().matches("pleat [0-9]+[.][0-9]+[.][0-9]+ \\(Java [0-9]+\\)\\R"), out.toString());
    }

    @Test
    void withoutASubcommandItSaysWhichThereAre() {
        assertEquals(0, run(Main.commandLine()));
        assertTrue(out.toString().startsWith("Usage: pleat"), out.toString());
    }

    @Test
    void aWrongOptionIsTheUsersAndNamesTheNearest() {
        assertEquals(1, run(Main.commandLine(), "--vers"));
        assertTrue(err.toString().contains("--version"), err.toString());
    }

    @Test
    void anExplainedFailureIsItsMessageAndNothingElse() {
        assertEquals(1, failWith(new UserException("error: no weights file at `w.npz`")));
        assertEquals("error: no weights file at `w.npz`" + System.lineSeparator(), err.toString());
    }

    @Test
    void aLostDeviceHasItsOwnExitCode() {
        assertEquals(74, failWith(new DeviceException("device 1 was lost")));
        assertFalse(err.toString().contains("\tat "), err.toString());
    }

    @Test
    void aBugIsReportedWithWhereItHappened() {
        assertEquals(70, failWith(new IllegalStateException("two buffers overlap")));
        assertTrue(err.toString().startsWith("internal error"), err.toString());
        assertTrue(err.toString().contains("\tat pleat.cli.MainTest"), err.toString());
    }

    @Test
    void soIsAStackThatOverflowed() {
        assertEquals(70, failWith(new StackOverflowError()));
        assertTrue(err.toString().startsWith("internal error"), err.toString());
    }

    @Test
    void onlyTheSubcommandThatIsMeantIsSetUp() {
        var all = Main.commandLine().getSubcommands().keySet();
        assertTrue(all.size() > 5, all.toString());
        all.forEach(name -> assertEquals(Set.of(name), Main.needed(new String[] {name, "--help"})));
        assertEquals(Set.of(), Main.needed(new String[] {"--version"}));
        assertEquals(all, Main.needed(new String[] {}));
        assertEquals(all, Main.needed(new String[] {"--help"}));
        assertEquals(all, Main.needed(new String[] {"compil"}));
    }
}
