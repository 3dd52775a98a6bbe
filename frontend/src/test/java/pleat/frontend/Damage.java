package pleat.frontend;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Random changes of a source: mostly of whole words, so that some get past the parser. */
final class Damage {
    private static final Pattern WORD = Pattern.compile("[A-Za-z_][A-Za-z0-9_.]*|[0-9][0-9.e+-]*|\\s+|.", Pattern.DOTALL);
    private static final List<String> WORDS = List.of("0", "1", "-1", "2", "3.5", "1e300", "9223372036854775807",
            "1099511627776", "x", "i", "n", "..",
            "..rows", "[", "]", "(", ")", "{", "}", "sum(k)", "max(..)", "+", "-", "*", "/", "^", "?", ",", ";", ":", "=", "+=",
            "->", "==", "not",
            "and", "if", "else", "loop", "use", "repeat", "param", "let", "return", "where", "true", "pos(i)", "extent(i)",
            "softmax(x)", "\n", "#",
            "module", "fn", "scalar f(x) = x", "import af2.evoformer", "i64[n]", "\u00d7", "\ud83d\ude00", "\0", "\r", "\t");

    private Damage() {}

    static String apply(String text, Random random) {
        var words = new ArrayList<>(WORD.matcher(text).results().map(MatchResult::group).toList());
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            change(words, random);
        }
        var changed = String.join("", words);
        return random.nextInt(20) == 0 ? changed.substring(0, random.nextInt(changed.length() + 1)) : changed;
    }

    private static void change(List<String> words, Random random) {
        int at = random.nextInt(words.size());
        int other = random.nextInt(words.size());
        switch (random.nextInt(7)) {
            case 0 -> words.remove(at);
            case 1 -> words.add(at, words.get(other));
            case 2 -> words.set(at, words.get(other));
            case 3 -> words.set(at, WORDS.get(random.nextInt(WORDS.size())));
            case 4 -> words.add(at, WORDS.get(random.nextInt(WORDS.size())));
            case 5 -> words.set(at, words.set(other, words.get(at)));
            default -> {
                var word = words.get(at);
                for (int i = random.nextInt(60); i >= 0; i--) {
                    words.add(at, word);
                }
            }
        }
        if (words.isEmpty()) {
            words.add(" ");
        }
    }
}
