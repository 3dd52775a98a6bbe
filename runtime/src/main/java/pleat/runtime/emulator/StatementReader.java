package pleat.runtime.emulator;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Cuts a PTX text into statements; braces that open or close a block are statements of their own. */
final class StatementReader {
    private static final List<String> LINE_DIRECTIVES = List.of(".version", ".target", ".address_size", ".file", ".loc");

    private final List<Statement> statements = new ArrayList<>();
    private final Map<String, String> files = new LinkedHashMap<>();
    private final StringBuilder pending = new StringBuilder();
    private int pendingLine;
    private int nested;
    private int skipped;
    private String source = "";

    static List<Statement> read(String ptx) {
        var reader = new StatementReader();
        String[] lines = withoutComments(ptx).split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            reader.line(lines[i].strip(), i + 1);
        }
        return List.copyOf(reader.statements);
    }

    private static String withoutComments(String ptx) {
        var text = new StringBuilder();
        for (int i = 0; i < ptx.length(); i++) {
            if (ptx.startsWith("//", i)) {
                i = end(ptx, "\n", i) - 1;
            } else if (ptx.startsWith("/*", i)) {
                int end = end(ptx, "*/", i);
                ptx.substring(i, end).chars().filter(c -> c == '\n').forEach(c -> text.append('\n'));
                i = end + 1;
            } else {
                text.append(ptx.charAt(i));
            }
        }
        return text.toString();
    }

    private static int end(String text, String mark, int from) {
        int end = text.indexOf(mark, from);
        return end < 0 ? text.length() : end;
    }

    private void line(String line, int number) {
        if (skipped == 0 && pending.isEmpty() && LINE_DIRECTIVES.contains(line.split("\\s", 2)[0])) {
            directive(line);
            return;
        }
        for (int i = 0; i < line.length(); i++) {
            character(line, i, number);
        }
        if (!pending.isEmpty()) {
            pending.append(' ');
        }
    }

    private void directive(String line) {
        String[] words = line.split("[\\s,]+");
        if (words[0].equals(".file")) {
            files.put(words[1], words[2].replace("\"", ""));
        } else if (words[0].equals(".loc")) {
            source = files.getOrDefault(words[1], "file " + words[1]) + ":" + words[2];
        }
    }

    private void character(String line, int at, int number) {
        char c = line.charAt(at);
        if (skipped > 0) {
            skipped += c == '{' ? 1 : c == '}' ? -1 : 0;
        } else if (c == '{' && pending.toString().startsWith(".section")) {
            pending.setLength(0);
            skipped = 1;
        } else if (c == '{' && opensBlock()) {
            finish(number);
            add("{", number);
        } else if (c == '}' && nested == 0) {
            finish(number);
            add("}", number);
        } else if (c == ';' && nested == 0) {
            finish(number);
        } else if (c == ':' && endsLabel(line, at)) {
            pending.append(':');
            finish(number);
        } else {
            nested += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (pending.isEmpty()) {
                pendingLine = number;
            }
            if (!pending.isEmpty() || !Character.isWhitespace(c)) {
                pending.append(c);
            }
        }
    }

    private boolean opensBlock() {
        return nested == 0 && (pending.isEmpty() || pending.indexOf(".entry") >= 0 || pending.indexOf(".func") >= 0);
    }

    private boolean endsLabel(String line, int at) {
        return nested == 0 && !line.startsWith("::", at) && pending.toString().matches("[\\w$]+");
    }

    private void finish(int number) {
        if (!pending.toString().isBlank()) {
            add(pending.toString().strip().replaceAll("\\s+", " "), pending.charAt(pending.length() - 1) == ':' ? number : pendingLine);
        }
        pending.setLength(0);
    }

    private void add(String text, int number) {
        statements.add(new Statement(text, number, source));
    }
}
