package pleat.ir.diagnostic;

/**
 * A failure that Pleat explains: the message is all its reader needs, and no stack trace is shown. Any other exception that
 * reaches the command is a bug of the compiler.
 */
public abstract sealed class PleatException extends RuntimeException permits UserException, DeviceException {
    private static final long serialVersionUID = 1L;

    PleatException(String message, Throwable cause) {
        super(message, cause);
    }

    /** What the process returns to its caller. */
    public abstract int exitCode();
}
