package pleat.features.alignment;

import pleat.features.FeatureCode;
import pleat.features.text.InputText;

/** What a row may be written with: letters, which all stand for residues or for what is not known of them, and two signs for gaps. */
final class Letters {
    private Letters() {}

    /** Checks a line from column {@code from} on. */
    static void check(InputText text, int number, String line, int from, String name) {
        for (int c = from; c < line.length(); c++) {
            char letter = line.charAt(c);
            boolean isLetter = letter >= 'A' && letter <= 'Z' || letter >= 'a' && letter <= 'z';
            if (!isLetter && letter != '-' && letter != '.' && !isMargin(line, c)) {
                throw text.refuseAt(FeatureCode.NOT_A_LETTER, number, c, c + 1, "`%s` has %s, which is no residue and no gap", name, shown(letter));
            }
        }
    }

    private static boolean isMargin(String line, int c) {
        return line.charAt(c) <= ' ' && (line.substring(0, c).isBlank() || line.substring(c).isBlank());
    }

    private static String shown(char letter) {
        return letter > ' ' && letter < 0x7f ? "`" + letter + "`" : letter == ' ' ? "a blank" : "a character with code %d".formatted((int) letter);
    }
}
