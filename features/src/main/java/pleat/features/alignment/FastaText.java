package pleat.features.alignment;

import java.util.ArrayList;
import java.util.List;
import pleat.features.FeatureCode;
import pleat.features.alignment.AlignmentReader.Entry;
import pleat.features.text.InputText;

/** Names behind {@code >}, each with the letters of the lines below it. Lines that start with {@code #} say nothing. */
final class FastaText {
    private FastaText() {}

    static List<Entry> entries(InputText text) {
        var entries = new ArrayList<Entry>();
        var lines = text.lines();
        for (int l = 0; l < lines.size(); l++) {
            String line = lines.get(l).strip();
            if (line.startsWith(">")) {
                checkLast(text, entries);
                entries.add(new Entry(name(line), l + 1, new StringBuilder()));
            } else if (!line.isEmpty() && !line.startsWith("#")) {
                if (entries.isEmpty()) {
                    throw text.refuseAt(FeatureCode.NO_NAME, l + 1, 0, Integer.MAX_VALUE, "a sequence begins with a line `>NAME`, and this one does not");
                }
                Letters.check(text, l + 1, lines.get(l), 0, entries.getLast().name());
                entries.getLast().letters().append(line);
            }
        }
        if (entries.isEmpty()) {
            throw text.refuse(FeatureCode.EMPTY, "`%s` has no sequence", text.name());
        }
        checkLast(text, entries);
        return entries;
    }

    private static String name(String line) {
        String name = line.substring(1).strip();
        int end = name.indexOf(' ');
        return end < 0 ? name : name.substring(0, end);
    }

    private static void checkLast(InputText text, List<Entry> entries) {
        if (!entries.isEmpty() && entries.getLast().letters().isEmpty()) {
            throw text.refuseAt(FeatureCode.NO_ROW, entries.getLast().line(), 0, Integer.MAX_VALUE, "`%s` has no sequence",
                    entries.getLast().name());
        }
    }
}
