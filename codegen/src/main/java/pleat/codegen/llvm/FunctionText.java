package pleat.codegen.llvm;

/** Writes the body of one LLVM function; the values it names are {@code %0}-free, so that blocks may stand in any order. */
public final class FunctionText {
    private final StringBuilder text = new StringBuilder();
    private int values;

    /** @param header everything before the opening brace, as in {@code define internal void @f(ptr %p) nounwind} */
    public FunctionText(String header) {
        text.append(header).append(" {\n");
    }

    /** Starts a block. */
    public void label(String name) {
        text.append(name).append(":\n");
    }

    /** Writes an instruction without a result. */
    public void line(String format, Object... arguments) {
        text.append("  ").append(format.formatted(arguments)).append('\n');
    }

    /** Writes an instruction and returns the new name of its result. */
    public String let(String format, Object... arguments) {
        String name = "%v" + values++;
        text.append("  ").append(name).append(" = ").append(format.formatted(arguments)).append('\n');
        return name;
    }

    /** A name for a value that is defined further down, such as the back edge of a loop. */
    public String fresh() {
        return "%v" + values++;
    }

    /** Closes the function. */
    public String close() {
        return text.append("}\n").toString();
    }
}
