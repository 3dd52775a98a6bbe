package pleat.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;
import pleat.cli.devices.FirstSpeaks;
import pleat.ir.diagnostic.PleatException;
import pleat.ir.diagnostic.UserException;

/** Turns what went wrong into text for a person and an exit code for a program. */
final class Failures {
    /** BSD's EX_SOFTWARE: whatever ends here is our mistake and not the user's. */
    static final int BUG = 70;

    static final int USER = 1;

    private Failures() {}

    static int report(Throwable failure, PrintWriter err) {
        return switch (failure) {
            case UserException explained -> {
                FirstSpeaks.hold(System.getenv());
                err.println(explained.getMessage());
                yield explained.exitCode();
            }
            case PleatException explained -> {
                err.println(explained.getMessage());
                yield explained.exitCode();
            }
            case Throwable bug -> {
                err.println("internal error: this is a bug of Pleat, not of your program; please report the lines below");
                bug.printStackTrace(err);
                yield BUG;
            }
        };
    }

    static int wrongCommandLine(ParameterException failure, String[] arguments) {
        FirstSpeaks.hold(System.getenv());
        CommandLine at = failure.getCommandLine();
        PrintWriter err = at.getErr();
        err.println("error: " + failure.getMessage());
        if (!UnmatchedArgumentException.printSuggestions(failure, err)) {
            err.println("  = help: `" + at.getCommandSpec().qualifiedName() + " --help` lists what it takes");
        }
        return USER;
    }
}
