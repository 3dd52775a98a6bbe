package pleat.features.alignment;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import pleat.features.FeatureCode;
import pleat.features.alignment.AlignmentReader.Entry;
import pleat.features.text.InputText;

/** Blocks of lines with a name and a piece of its row; lines that start with {@code #} are marks, and {@code //} ends the alignment. */
final class StockholmText {
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private final InputText text;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Set<String> inBlock = new HashSet<>();

    private StockholmText(InputText text) {
        this.text = text;
    }

    static List<Entry> entries(InputText text) {
        var reader = new StockholmText(text);
        var lines = text.lines();
        int read = 0;
        for (; read < lines.size() && !lines.get(read).startsWith("//"); read++) {
            reader.line(read + 1, lines.get(read));
        }
        if (reader.entries.isEmpty()) {
            throw text.refuse(FeatureCode.EMPTY, "`%s` has no sequence", text.name());
        }
        // Rows stand one after the other, so a file that was cut short is otherwise a smaller alignment.
        if (read == lines.size()) {
            throw text.refuseAt(FeatureCode.NOT_STOCKHOLM, read, 0, lines.getLast().length(), "the file ends here, without the `//` that ends an alignment");
        }
        return new ArrayList<>(reader.entries.values());
    }

    private void line(int number, String line) {
        if (line.isBlank()) {
            inBlock.clear();
        } else if (!line.startsWith("#")) {
            String[] words = BLANKS.split(line.strip());
            if (words.length != 2) {
                throw text.refuseAt(FeatureCode.NOT_STOCKHOLM, number, 0, line.length(), "a line has a name and a piece of its row, and this has %d words",
                        words.length);
            }
            if (!inBlock.add(words[0])) {
                throw text.refuseAt(FeatureCode.REPEATED_NAME, number, line.indexOf(words[0]), line.indexOf(words[0]) + words[0].length(),
                        "`%s` stands twice in one block, and in Stockholm the name says which row a piece belongs to", words[0]);
            }
            Letters.check(text, number, line, line.lastIndexOf(words[1]), words[0]);
            entries.computeIfAbsent(words[0], name -> new Entry(name, number, new StringBuilder())).letters().append(words[1]);
        }
    }
}
