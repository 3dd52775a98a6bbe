package pleat.passes.planner;

import java.util.Arrays;
import java.util.List;

/** Numbers and lists in the texts of problems and certificates. What is neither is an {@link IllegalArgumentException} that says so. */
final class Tokens {
    private Tokens() {}

    static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException notOne) {
            throw new IllegalArgumentException("`" + text + "` is no number", notOne);
        }
    }

    /** A position or a count that a file can have. */
    static int position(String text) {
        long number = number(text);
        if (number < 0 || number > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("`" + text + "` is no position");
        }
        return (int) number;
    }

    /** Of {@code [a,b]} its words. */
    static List<String> list(String text) {
        if (text.length() < 2 || !text.startsWith("[") || !text.endsWith("]")) {
            throw new IllegalArgumentException("`" + text + "` is no list");
        }
        return text.length() == 2 ? List.of() : Arrays.asList(text.substring(1, text.length() - 1).split(",", -1));
    }

    static List<Integer> positions(String text) {
        return list(text).stream().map(Tokens::position).toList();
    }
}
