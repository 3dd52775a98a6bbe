package pleat.passes;

import java.nio.file.Path;

/** A pass broke down or broke a promise: a bug of the compiler, with a file that shows it again. */
public final class PassFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PassFailure(Pass pass, Path reproducer, RuntimeException cause) {
        super("pass `" + pass.name() + "` failed; " + reproducer + " shows it again: " + cause.getMessage(), cause);
    }
}
