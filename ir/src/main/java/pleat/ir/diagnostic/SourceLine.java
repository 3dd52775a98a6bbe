package pleat.ir.diagnostic;

/**
 * A source line as it is printed: tabs as four blanks, other control characters as one replacement character, and one column for
 * each code point.
 *
 * @param columns printed column of each UTF-16 unit, and of the end
 */
record SourceLine(String shown, int[] columns) {
    private static final int TAB = 4;

    static SourceLine of(String line) {
        var shown = new StringBuilder();
        var columns = new int[line.length() + 1];
        int column = 0;
        for (int i = 0; i < line.length();) {
            int codePoint = line.codePointAt(i);
            int width = codePoint == '\t' ? TAB : 1;
            for (int unit = 0; unit < Character.charCount(codePoint); unit++) {
                columns[i + unit] = column;
            }
            if (codePoint == '\t') {
                shown.repeat(' ', TAB);
            } else {
                shown.appendCodePoint(Character.isISOControl(codePoint) ? '\ufffd' : codePoint);
            }
            column += width;
            i += Character.charCount(codePoint);
        }
        columns[line.length()] = column;
        return new SourceLine(shown.toString(), columns);
    }

    /** Printed column of a UTF-16 unit; what lies past the end of the line is at its end. */
    int shownColumn(int unit) {
        return columns[Math.min(unit, columns.length - 1)];
    }
}
