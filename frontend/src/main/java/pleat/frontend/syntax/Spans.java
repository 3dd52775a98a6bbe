package pleat.frontend.syntax;

import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import pleat.ir.diagnostic.Source;
import pleat.ir.diagnostic.Span;

/** Places of tokens. ANTLR counts code points, a {@link Source} counts UTF-16 units. */
final class Spans {
    private final Source source;
    private final boolean same;

    Spans(Source source) {
        this.source = source;
        this.same = source.text().codePointCount(0, source.text().length()) == source.text().length();
    }

    Span of(Token token) {
        return between(token.getStartIndex(), token.getStopIndex());
    }

    Span of(ParserRuleContext context) {
        return of(context.getStart(), context.getStop());
    }

    Span of(Token first, Token last) {
        return between(first.getStartIndex(), last.getStopIndex());
    }

    private Span between(int firstIndex, int lastIndex) {
        int start = Math.min(unit(firstIndex), source.text().length());
        return new Span(source, start, Math.max(start, Math.min(unit(lastIndex + 1), source.text().length())));
    }

    private int unit(int codePoints) {
        if (same) {
            return codePoints;
        }
        int count = source.text().codePointCount(0, source.text().length());
        return source.text().offsetByCodePoints(0, Math.min(codePoints, count));
    }
}
