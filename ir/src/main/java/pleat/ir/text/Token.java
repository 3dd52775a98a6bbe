package pleat.ir.text;

import pleat.ir.diagnostic.Span;

/**
 * @param text without decoration: the name of {@code %a}, {@code @f}, {@code @"f g"}, the characters that a string stands for
 */
record Token(Kind kind, String text, Span span) {

    enum Kind {
        WORD, VALUE, GLOBAL, NUMBER, STRING, SYMBOL,
        /** <code>@</code> followed by a blank: a place in a model source comes next. */
        AT, END
    }

    boolean is(Kind otherKind, String otherText) {
        return kind == otherKind && text.equals(otherText);
    }

    /** How a message names the token. */
    String described() {
        return switch (kind) {
            case END -> "the end";
            case WORD, VALUE, GLOBAL, NUMBER, SYMBOL, AT -> "`" + span.text() + "`";
            case STRING -> "a string";
        };
    }
}
