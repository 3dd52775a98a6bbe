package pleat.ir.text;

import pleat.ir.diagnostic.Code;

/** What can be wrong with the text of a module of any level; what can be wrong with its meaning is the verifier's. */
public enum TextCode implements Code {
    CHARACTER("I0101", "a character or string that no token starts with or that does not end"),
    EXPECTED("I0102", "something else is expected here"),
    NUMBER("I0103", "a number that does not fit where it stands"),
    DEFINED_TWICE("I0104", "a name is defined twice"),
    NOT_DEFINED("I0105", "a name is not defined"),
    UNKNOWN_WORD("I0106", "a word that names no dtype, function, role or level"),
    TOO_DEEP("I0107", "a formula is nested too deeply"),
    ARGUMENTS("I0108", "a function has another number of arguments"),
    BOUNDS("I0109", "the bounds of a symbol hold no extent"),
    MESH("I0110", "a mesh, a device or a split that cannot be");

    private final String id;
    private final String summary;

    TextCode(String id, String summary) {
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
