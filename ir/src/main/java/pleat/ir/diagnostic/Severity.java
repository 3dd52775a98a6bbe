package pleat.ir.diagnostic;

import java.util.Locale;

/** Whether a diagnostic stops the command. */
public enum Severity {
    ERROR, WARNING;

    /** The word that a diagnostic starts with. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
