package pleat.ir.tensor;

/** The place in a model source that an op comes from; line and column count from 1, line 0 means unknown. */
public record Location(String file, int line, int column) {
    public static final Location UNKNOWN = new Location("", 0, 0);

    public boolean isKnown() {
        return line > 0;
    }

    /** Whether it is a line of the functions that every model shares: linear, layer norm, attention. */
    public boolean isInStandardLibrary() {
        return file.startsWith("std/");
    }

    @Override
    public String toString() {
        return file + ":" + line + ":" + column;
    }
}
