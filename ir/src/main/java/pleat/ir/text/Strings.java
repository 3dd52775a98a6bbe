package pleat.ir.text;

/** Quoting, for text in which every character counts. */
final class Strings {
    private Strings() {}

    static String quoted(String content) {
        var quoted = new StringBuilder("\"");
        for (int i = 0; i < content.length(); i++) {
            char c = content.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (Character.isISOControl(c) || Character.isSurrogate(c)) {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    /** The name of a function or module: names are looked up by it, so it is never altered. */
    static String global(String name) {
        return "@" + (!name.isEmpty() && Names.legal(name).equals(name) ? name : quoted(name));
    }

    /** A file name in a location. */
    static String file(String name) {
        return !name.isEmpty() && name.chars().allMatch(c -> Lexer.isPlainPath((char) c)) ? name : quoted(name);
    }
}
