package pleat.ir.text;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.Diagnostics;
import pleat.ir.diagnostic.DiagnosticsException;
import pleat.ir.diagnostic.Source;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Token.Kind;

/**
 * Reads the text of a tensor module (grammar: docs/ir-reference.md). It checks that names are defined, and no meaning: that is
 * the verifier's work, and {@link Spans} let it point into the text.
 */
public final class Parser {
    /** A module and where its ops stand. */
    public record Parsed(TensorModule module, Spans spans) {}

    private final Tokens tokens;
    private final Diagnostics diagnostics = new Diagnostics();
    private final Spans spans;

    private Parser(Source source) {
        this.tokens = new Tokens(source);
        this.spans = new Spans(source);
    }

    /** @throws DiagnosticsException with everything that is wrong with the text */
    public static TensorModule parse(String fileName, String text) {
        return parse(new Source(fileName, text)).module();
    }

    /** @throws DiagnosticsException with everything that is wrong with the text */
    public static Parsed parse(Source source) {
        var parser = new Parser(source);
        try {
            TensorModule module = parser.module();
            parser.diagnostics.throwIfErrors();
            return new Parsed(module, parser.spans);
        } catch (DiagnosticsException refused) {
            refused.diagnostics().forEach(parser.diagnostics::report);
            throw new DiagnosticsException(parser.diagnostics.sorted());
        }
    }

    private TensorModule module() {
        tokens.expectWord("module");
        Token level = tokens.expect(Kind.WORD, "the level of the module");
        if (!level.text().equals("tensor")) {
            throw Tokens.refuse(TextCode.UNKNOWN_WORD, level.span(), "a module of level `" + level.text()
                    + "` is no tensor module");
        }
        var name = tokens.expect(Kind.GLOBAL, "the name of the module").text();
        var device = new MeshParser(tokens).device();
        tokens.expectWord("entry");
        Token entry = tokens.expect(Kind.GLOBAL, "the name of the entry function");
        tokens.expect("{");
        var functions = new LinkedHashMap<String, Function>();
        while (!tokens.accept("}")) {
            Function function = new FunctionParser(tokens, diagnostics, spans).parse();
            if (functions.putIfAbsent(function.name(), function) != null) {
                diagnostics.report(
                        Diagnostic.of(TextCode.DEFINED_TWICE, spans.of(function), "function `@%s` is defined twice",
                        function.name()));
            }
        }
        tokens.expect(Kind.END, "the end of the module");
        if (!functions.containsKey(entry.text())) {
            throw Tokens.refuse(TextCode.NOT_DEFINED, entry.span(), "there is no function `@" + entry.text() + "` to enter");
        }
        return new TensorModule(name, ImmutableMap.copyOf(functions), entry.text(), device);
    }
}
