package pleat.ir.text;

import com.google.common.collect.ImmutableList;
import pleat.ir.kernel.Layout;
import pleat.ir.kernel.Layout.Part;
import pleat.ir.kernel.Layout.Piece;
import pleat.ir.text.Token.Kind;

/** {@code (0/32, 1, 0%32)}, {@code (0, 1:64, 2)}. */
final class LayoutParser {
    private final Tokens tokens;

    LayoutParser(Tokens tokens) {
        this.tokens = tokens;
    }

    Layout parse() {
        int start = tokens.position();
        ImmutableList<Piece> pieces = tokens.list("(", this::piece, ")");
        if (!Layout.isLegal(pieces)) {
            throw Tokens.refuse(TextCode.EXPECTED, tokens.spanFrom(start), "a layout has each dim once, whole or as one outer and one inner piece");
        }
        return new Layout(pieces);
    }

    private Piece piece() {
        int dim = tokens.smallInteger();
        if (tokens.accept("/")) {
            return new Piece(dim, new Part.Outer(tokens.integer()));
        }
        if (tokens.accept(":")) {
            return new Piece(dim, new Part.Padded(tokens.integer()));
        }
        // A percent sign starts a name, and digits are one.
        if (tokens.peek().kind() == Kind.VALUE) {
            Token factor = tokens.next();
            try {
                return new Piece(dim, new Part.Inner(Long.parseLong(factor.text())));
            } catch (NumberFormatException _) {
                throw Tokens.refuse(TextCode.NUMBER, factor.span(), "`" + factor.text() + "` is not an integer of 64 bits");
            }
        }
        return new Piece(dim, new Part.Whole());
    }
}
