package pleat.runtime.emulator;

/**
 * One statement of a PTX text, without its semicolon.
 *
 * @param line where it starts, from 1
 * @param source the line of the source that `.loc` names, or nothing
 */
record Statement(String text, int line, String source) {
    boolean isLabel() {
        return text.endsWith(":");
    }

    String label() {
        return text.substring(0, text.length() - 1).strip();
    }
}
