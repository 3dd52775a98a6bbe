package pleat.runtime.emulator;

/** PTX that the emulator does not read: a mistake, or an instruction that it does not know. */
public final class PtxSyntax extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PtxSyntax(String message) {
        super(message);
    }

    PtxSyntax at(Statement statement) {
        return new PtxSyntax("PTX line " + statement.line() + ": `" + statement.text() + "`: " + getMessage());
    }
}
