package pleat.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Aligned columns: the first to the left, numbers to the right. */
public final class Table {
    private final List<List<String>> rows = new ArrayList<>();

    public Table(String... heading) {
        row(heading);
    }

    public void row(String... cells) {
        rows.add(List.of(cells));
    }

    /** @param textColumns how many columns stand to the left; the others are numbers */
    public void print(PrintWriter out, int textColumns) {
        int columns = rows.getFirst().size();
        int[] widths = IntStream.range(0, columns).map(c -> rows.stream().mapToInt(row -> row.get(c).length()).max().orElse(0)).toArray();
        for (var row : rows) {
            var line = new StringBuilder(" ");
            for (int c = 0; c < columns; c++) {
                line.append(("  %" + (c < textColumns ? "-" : "") + Math.max(1, widths[c]) + "s").formatted(row.get(c)));
            }
            out.println(line.toString().stripTrailing());
        }
        out.flush();
    }
}
