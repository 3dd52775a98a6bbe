package pleat.ir.diagnostic;

import com.google.common.collect.ImmutableList;

/**
 * What is true of the user's program and why it cannot be so. Built from {@link #of} and the methods that return a longer one:
 * {@code Diagnostic.of(CODE, here, "axis `%s` has two sizes", axis).here("size `%s`", m).label(there, "size `%s`", n).help(...)}.
 *
 * @param message lower case, no full stop, names in backquotes
 * @param primary where it is; its text may be empty
 * @param labels other places that belong to it
 * @param advice notes and helps, in the order they are printed
 */
public record Diagnostic(Code code, String message, Label primary, ImmutableList<Label> labels, ImmutableList<Advice> advice) {

    /** Text beside a stretch of source. */
    public record Label(Span span, String text) {}

    /** A line below the source. */
    public sealed interface Advice {
        String text();
    }

    /** A fact that explains the message. */
    public record Note(String text) implements Advice {}

    /** What the user can do. */
    public record Help(String text) implements Advice {}

    public static Diagnostic of(Code code, Span span, String format, Object... arguments) {
        return new Diagnostic(code, format(format, arguments), new Label(span, ""), ImmutableList.of(), ImmutableList.of());
    }

    /** Text beside the primary span. */
    public Diagnostic here(String format, Object... arguments) {
        return new Diagnostic(code, message, new Label(primary.span(), format(format, arguments)), labels, advice);
    }

    /** Text beside another span, which may be in another source. */
    public Diagnostic label(Span span, String format, Object... arguments) {
        var label = new Label(span, format(format, arguments));
        return new Diagnostic(code, message, primary, ImmutableList.<Label>builder().addAll(labels).add(label).build(), advice);
    }

    public Diagnostic note(String format, Object... arguments) {
        return with(new Note(format(format, arguments)));
    }

    public Diagnostic help(String format, Object... arguments) {
        return with(new Help(format(format, arguments)));
    }

    public Severity severity() {
        return code.severity();
    }

    public Span span() {
        return primary.span();
    }

    private Diagnostic with(Advice added) {
        return new Diagnostic(code, message, primary, labels, ImmutableList.<Advice>builder().addAll(advice).add(added).build());
    }

    // Text of a user may hold a percent sign, so a message without arguments is not a format.
    private static String format(String format, Object... arguments) {
        return arguments.length == 0 ? format : String.format(format, arguments);
    }
}
