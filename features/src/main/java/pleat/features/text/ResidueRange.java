package pleat.features.text;

import java.util.regex.Pattern;
import pleat.ir.diagnostic.UserException;

/** Residues {@code first} to {@code last}, counted from 1, both of them included: {@code 20-69}. */
public record ResidueRange(int first, int last) {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,9})-(\\d{1,9})");

    public ResidueRange {
        if (first < 1 || last < first) {
            throw new UserException("residues " + first + "-" + last + " are none: the first is 1, and the last is not before it");
        }
    }

    public static ResidueRange parse(String text) {
        var matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new UserException("`" + text + "` is no stretch of residues\n  = help: as in 20-69");
        }
        return new ResidueRange(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    public int length() {
        return last - first + 1;
    }

    @Override
    public String toString() {
        return first + "-" + last;
    }
}
