package pleat.frontend.syntax;

import pleat.ir.diagnostic.Code;

/** What can be wrong with the form of a text. */
public enum SyntaxCode implements Code {
    SYNTAX("F0001", "a token stands where the grammar has another"),
    UNKNOWN_CHARACTER("F0002", "a character that the language does not have"),
    TOO_DEEP("F0003", "brackets or blocks are nested too deeply, or a statement is too long"),
    TOO_LARGE("F0004", "a file, a number or a formula is larger than the compiler takes");

    private final String id;
    private final String summary;

    SyntaxCode(String id, String summary) {
        this.id = id;
        this.summary = summary;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String summary() {
        return summary;
    }
}
