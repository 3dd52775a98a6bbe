package pleat.ir.text;

import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Distinct names for the objects of one scope. An object keeps its own name if nobody had it before, else it gets a number:
 * {@code x.1}. So what was printed once is printed with the same names again.
 */
final class Names {
    private final Map<Object, String> names;
    private final Set<String> taken = new HashSet<>();
    /** How many numbers a name has got, so that the next is not looked for from the first on. */
    private final Map<String, Integer> copies = new HashMap<>();

    private Names(Map<Object, String> names) {
        this.names = names;
    }

    /** For objects that are told apart by what they are, such as values. */
    static Names byIdentity() {
        return new Names(new IdentityHashMap<>());
    }

    /** For records that are one thing when they are equal, such as symbols. */
    static Names byEquality() {
        return new Names(new HashMap<>());
    }

    /** The name of an object that is seen for the first time. */
    String define(Object object, String wish) {
        var base = legal(wish);
        var name = base;
        while (!taken.add(name)) {
            name = base + "." + copies.merge(base, 1, Integer::sum);
        }
        names.put(object, name);
        return name;
    }

    boolean has(Object object) {
        return names.containsKey(object);
    }

    String of(Object object) {
        return names.get(object);
    }

    /** Names have no meaning, so characters that no name has in the text are replaced. */
    static String legal(String wish) {
        var legal = new StringBuilder();
        for (int i = 0; i < wish.length(); i++) {
            legal.append(Lexer.isNamePart(wish, i) ? wish.charAt(i) : '_');
        }
        return legal.isEmpty() ? "v" : legal.toString();
    }

    /** For names that start a word, which a digit does not. */
    static String legalWord(String wish) {
        var legal = legal(wish);
        return Lexer.isLetter(legal.charAt(0)) ? legal : "_" + legal;
    }
}
