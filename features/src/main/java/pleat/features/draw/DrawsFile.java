package pleat.features.draw;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import pleat.features.FeatureCode;
import pleat.features.draw.Draws.Cycle;
import pleat.features.residue.ResidueTable;
import pleat.features.text.InputText;
import pleat.runtime.io.AtomicFile;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Draws as JSON that a person can read: {@code {"cycles": [{"clusters": [0, 5, ...], "extra": [...], "tokens": ["..A..*", ...]}]}}. A row of
 * tokens has a dot where the residue is kept, the letter that replaces it, or {@code *} where it is masked.
 */
public final class DrawsFile {
    private final ResidueTable table;

    public DrawsFile(ResidueTable table) {
        this.table = table;
    }

    record Text(List<CycleText> cycles) {}

    record CycleText(List<Integer> clusters, List<Integer> extra, List<String> tokens) {}

    /** Only the form is checked: whether they fit is known when the alignment is. */
    public Draws read(InputText text) {
        try {
            var read = JsonMapper.shared().readValue(text.text(), Text.class);
            if (read.cycles() == null || read.cycles().isEmpty()) {
                throw text.refuse(FeatureCode.DRAWS, "`%s` has no `cycles`", text.name());
            }
            var cycles = ImmutableList.<Cycle>builder();
            for (int c = 0; c < read.cycles().size(); c++) {
                cycles.add(cycle(text, c, read.cycles().get(c)));
            }
            return new Draws(cycles.build());
        } catch (JacksonException wrong) {
            var place = wrong.getLocation();
            int line = place == null ? 1 : Math.max(1, place.getLineNr());
            int column = place == null ? 0 : Math.max(0, place.getColumnNr() - 1);
            throw text.refuseAt(FeatureCode.DRAWS, line, column, column + 1, "`%s` is not the JSON of draws: %s", text.name(),
                    wrong.getOriginalMessage());
        }
    }

    private Cycle cycle(InputText text, int number, CycleText cycle) {
        if (cycle == null || cycle.clusters() == null || cycle.extra() == null || cycle.tokens() == null
                || cycle.clusters().contains(null) || cycle.extra().contains(null) || cycle.tokens().contains(null)) {
            throw text.refuse(FeatureCode.DRAWS, "cycle %d of `%s` lacks `clusters`, `extra` or `tokens`", number, text.name());
        }
        var tokens = new int[cycle.tokens().size()][];
        for (int row = 0; row < tokens.length; row++) {
            tokens[row] = tokens(text, number, row, cycle.tokens().get(row));
        }
        return new Cycle(ints(cycle.clusters()), ints(cycle.extra()), tokens);
    }

    private int[] tokens(InputText text, int cycle, int row, String letters) {
        var tokens = new int[letters.length()];
        for (int r = 0; r < tokens.length; r++) {
            char letter = letters.charAt(r);
            tokens[r] = letter == '.' ? Draws.KEPT : letter == '*' ? ResidueTable.MASKED : table.ofAlignment(letter);
            if (tokens[r] < 0 && letter != '.') {
                throw text.refuse(FeatureCode.DRAWS, "row %d of the tokens of cycle %d has `%s`, which is no residue", row, cycle, letter);
            }
        }
        return tokens;
    }

    private static int[] ints(List<Integer> numbers) {
        return numbers.stream().mapToInt(Integer::intValue).toArray();
    }

    /** One line for each list, so that a difference of two files can be read. */
    public void write(Path file, Draws draws) {
        var cycles = new ArrayList<String>();
        for (Cycle cycle : draws.cycles()) {
            String tokens = Arrays.stream(cycle.tokens()).map(row -> "      \"" + letters(row) + "\"").collect(Collectors.joining(",\n"));
            cycles.add("    {\n      \"clusters\": %s,\n      \"extra\": %s,\n      \"tokens\": [\n%s\n      ]\n    }".formatted(
                    Arrays.toString(cycle.clusters()), Arrays.toString(cycle.extra()), tokens.indent(2).stripTrailing()));
        }
        AtomicFile.write(file, "{\n  \"cycles\": [\n" + String.join(",\n", cycles) + "\n  ]\n}\n");
    }

    private String letters(int[] tokens) {
        return Arrays.stream(tokens).mapToObj(token -> token == Draws.KEPT ? "." : String.valueOf(table.letter(token))).collect(Collectors.joining());
    }
}
