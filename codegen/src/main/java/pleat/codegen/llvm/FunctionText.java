package pleat.codegen.llvm;

/** Writes the body of one LLVM function; the values it names are {@code %0}-free, so that blocks may stand in any order. */
public final class FunctionText {
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder slots = new StringBuilder();
    private int entryEnd = -1;
    private int values;

    /** @param header everything before the opening brace, as in {@code define internal void @f(ptr %p) nounwind} */
    public FunctionText(String header) {
        text.append(header).append(" {\n");
    }

    /** Starts a block. */
    public void label(String name) {
        text.append(name).append(":\n");
        entryEnd = entryEnd < 0 ? text.length() : entryEnd;
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

    /** Memory for one value of a type, on the stack of the call; LLVM keeps it in registers where it can. */
    public String slot(String type) {
        String name = "%v" + values++;
        slots.append("  ").append(name).append(" = alloca ").append(type).append('\n');
        return name;
    }

    /** A name for a value that is defined further down, such as the back edge of a loop. */
    public String fresh() {
        return "%v" + values++;
    }

    /** The product of two {@code i64} values; known ones are multiplied here, which keeps large kernels quick to compile. */
    public String times(String a, String b) {
        if (isNumber(a) && isNumber(b)) {
            return Long.toString(Math.multiplyExact(Long.parseLong(a), Long.parseLong(b)));
        }
        if (a.equals("0") || b.equals("0")) {
            return "0";
        }
        return b.equals("1") ? a : a.equals("1") ? b : let("mul i64 %s, %s", a, b);
    }

    public String times(String a, long b) {
        return times(a, Long.toString(b));
    }

    /** The sum of two {@code i64} values; known ones are added here. */
    public String plus(String a, String b) {
        if (isNumber(a) && isNumber(b)) {
            return Long.toString(Math.addExact(Long.parseLong(a), Long.parseLong(b)));
        }
        return b.equals("0") ? a : a.equals("0") ? b : let("add i64 %s, %s", a, b);
    }

    public String plus(String a, long b) {
        return plus(a, Long.toString(b));
    }

    /** The address {@code bytes} past a pointer. */
    public String past(String pointer, String bytes) {
        return bytes.equals("0") ? pointer : let("getelementptr i8, ptr %s, i64 %s", pointer, bytes);
    }

    private static boolean isNumber(String value) {
        return !value.startsWith("%");
    }

    /** Closes the function. */
    public String close() {
        return text.insert(Math.max(0, entryEnd), slots).append("}\n").toString();
    }
}
