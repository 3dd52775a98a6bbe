package pleat.ir.diagnostic;

/** Names a kind of diagnostic. Each level has its own enum: {@code F0107} is the frontend's, {@code I0107} the IR's. */
public interface Code {
    /** What is printed in brackets and looked up in the documentation. */
    String id();

    /** One line for the table of codes: what is true of a program that gets it. */
    String summary();

    default Severity severity() {
        return Severity.ERROR;
    }
}
