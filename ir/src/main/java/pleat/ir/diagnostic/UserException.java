package pleat.ir.diagnostic;

/** The program, a file or an option is wrong: the message says what is true of it, and the user can put it right. */
public non-sealed class UserException extends PleatException {
    private static final long serialVersionUID = 1L;

    public UserException(String message) {
        super(message, null);
    }

    public UserException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public int exitCode() {
        return 1;
    }
}
