package pleat.passes;

import java.nio.file.Path;
import java.util.Optional;

/** A pass broke down or broke a promise: a bug of the compiler, with a file that shows it again. */
public final class PassFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PassFailure(Pass pass, Optional<Path> reproducer, RuntimeException cause) {
        super("pass `" + pass.name() + "` failed" + reproducer.map(file -> "; " + file + " shows it again").orElse("") + ": "
                + cause.getMessage(),
                cause);
    }
}
