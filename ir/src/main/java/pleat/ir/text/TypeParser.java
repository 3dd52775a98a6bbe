package pleat.ir.text;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import pleat.ir.diagnostic.Span;
import pleat.ir.text.Token.Kind;
import pleat.ir.type.DType;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/** Element types, extents and the symbols in them; the same at every level. */
final class TypeParser {
    private final Tokens tokens;
    private final Map<String, Dim.Symbol> symbols = new LinkedHashMap<>();

    TypeParser(Tokens tokens) {
        this.tokens = tokens;
    }

    /**
     * {@code where N in 16..2048 by 16, M in 1..64 by 1}, or nothing: the symbols that types may use from here on, and no others.
     */
    void where() {
        symbols.clear();
        if (tokens.acceptWord("where")) {
            tokens.sequence(this::symbol);
        }
    }

    private Dim.Symbol symbol() {
        Token name = tokens.expect(Kind.WORD, "the name of an extent");
        tokens.expectWord("in");
        int bounds = tokens.position();
        long min = tokens.integer();
        tokens.expect("..");
        long max = tokens.integer();
        tokens.expectWord("by");
        long multiple = tokens.integer();
        Span span = tokens.spanFrom(bounds);
        if (min > max || multiple < 1) {
            throw Tokens.refuse(TextCode.BOUNDS, span, "no extent is in the bounds of `" + name.text() + "`");
        }
        var symbol = new Dim.Symbol(name.text(), min, max, multiple);
        if (symbols.putIfAbsent(name.text(), symbol) != null) {
            throw Tokens.refuse(TextCode.DEFINED_TWICE, name.span(), "`" + name.text() + "` has bounds already");
        }
        return symbol;
    }

    Dim dim() {
        if (tokens.peek().kind() == Kind.NUMBER) {
            return Dim.of(tokens.integer());
        }
        Token name = tokens.expect(Kind.WORD, "an extent");
        Dim.Symbol symbol = symbols.get(name.text());
        if (symbol == null) {
            throw Tokens.refuse(TextCode.NOT_DEFINED, name.span(), "extent `" + name.text() + "` has no bounds in a `where`");
        }
        return symbol;
    }

    DType dtype() {
        Token word = tokens.expect(Kind.WORD, "an element type");
        Optional<DType> found = Arrays.stream(DType.values()).filter(dtype -> dtype.text().equals(word.text())).findFirst();
        return found.orElseThrow(() -> Tokens.refuse(TextCode.UNKNOWN_WORD, word.span(), "`" + word.text()
                + "` is no element type"));
    }

    TensorType type() {
        DType dtype = dtype();
        ImmutableList<Dim> dims = tokens.list("[", this::dim, "]");
        return new TensorType(dtype, dims);
    }
}
