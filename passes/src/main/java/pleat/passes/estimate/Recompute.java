package pleat.passes.estimate;

import java.util.Locale;

/** What of a repetition is kept for the way back; the rest is computed again. */
public enum Recompute {
    /** Everything is kept. */
    NONE,
    /** What lies between two places where nothing but the carried values is needed is computed again as one. */
    MODULE,
    /** Each iteration is computed again from its carried values. */
    BLOCK;

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
