package pleat.codegen.llvm;

/** LLVM refused generated code. The user's program is not at fault: this is a bug of the code generator. */
public final class LlvmException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LlvmException(String message) {
        super(message);
    }
}
