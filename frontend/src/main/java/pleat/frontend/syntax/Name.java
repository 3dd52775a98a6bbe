package pleat.frontend.syntax;

import pleat.ir.diagnostic.Span;

/** A name where it is written; dots are part of it. */
public record Name(String text, Span span) {
    @Override
    public String toString() {
        return text;
    }
}
