package pleat.frontend.syntax;

import java.util.List;
import java.util.Optional;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.Token;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.Diagnostics;
import pleat.ir.diagnostic.Source;

/** From text to syntax tree. */
public final class Syntax {
    /** More than this is not a model definition; it keeps memory bounded. */
    private static final int MAX_CHARACTERS = 4_000_000;

    private Syntax() {}

    /** The tree of a source, or empty after at least one error was reported. */
    public static Optional<SourceFile> parse(Source source, Diagnostics diagnostics) {
        return tokens(source, diagnostics).flatMap(tokens -> parse(source, tokens, diagnostics));
    }

    /** Every token, hidden ones included; empty after an error. */
    public static Optional<CommonTokenStream> tokens(Source source, Diagnostics diagnostics) {
        if (source.text().length() > MAX_CHARACTERS) {
            diagnostics.report(Diagnostic.of(SyntaxCode.TOO_LARGE, source.start(), "the file has more than %d characters",
                    MAX_CHARACTERS)
                    .help("split it, and `import` the parts"));
            return Optional.empty();
        }
        var lexer = new PleatLexer(CharStreams.fromString(source.text(), source.name()));
        lexer.removeErrorListeners();
        var stream = new CommonTokenStream(lexer);
        stream.fill();
        boolean known = knownCharacters(source, stream.getTokens(), diagnostics);
        return known && NestingLimit.holds(source, stream.getTokens(), diagnostics) ? Optional.of(stream) : Optional.empty();
    }

    private static boolean knownCharacters(Source source, List<Token> tokens, Diagnostics diagnostics) {
        var spans = new Spans(source);
        var unknown = tokens.stream().filter(token -> token.getType() == PleatLexer.UNKNOWN).toList();
        unknown.forEach(token -> diagnostics.report(Diagnostic.of(SyntaxCode.UNKNOWN_CHARACTER, spans.of(token),
                "the language has no character %s", shown(token.getText().codePointAt(0)))));
        return unknown.isEmpty();
    }

    private static String shown(int codePoint) {
        boolean printable = !Character.isISOControl(codePoint) && Character.isDefined(codePoint)
                && !Character.isWhitespace(codePoint);
        var number = String.format("U+%04X", codePoint);
        return printable ? "`" + Character.toString(codePoint) + "` (" + number + ")" : number;
    }

    private static Optional<SourceFile> parse(Source source, CommonTokenStream tokens, Diagnostics diagnostics) {
        var parser = new PleatParser(tokens);
        var listener = new SyntaxErrors(source, diagnostics);
        parser.removeErrorListeners();
        parser.addErrorListener(listener);
        var tree = parser.file();
        if (listener.found()) {
            return Optional.empty();
        }
        var builder = new TreeBuilder(source, diagnostics);
        var file = builder.file(tree);
        return builder.failed() ? Optional.empty() : Optional.of(file);
    }
}
