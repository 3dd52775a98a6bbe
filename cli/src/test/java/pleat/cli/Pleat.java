package pleat.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/** What one run of the command, in this process, returned and printed. */
public record Pleat(int exitCode, String out, String err) {

    public static Pleat run(Object... words) {
        var out = new StringWriter();
        var err = new StringWriter();
        int exitCode = Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true))
                .execute(List.of(words).stream().map(Object::toString).toArray(String[]::new));
        return new Pleat(exitCode, out.toString(), err.toString());
    }
}
