package pleat.features;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import pleat.features.alignment.AlignmentReader;
import pleat.features.draw.DrawsFile;
import pleat.features.residue.ResidueTable;
import pleat.features.template.StructureReader;
import pleat.features.text.InputText;
import pleat.ir.diagnostic.UserException;

/** Files that were cut, changed and mixed are read or refused; any other exception is a bug. {@code -Dpleat.fuzz=N} for more rounds. */
final class ReaderFuzzTest {
    private static final int ROUNDS = Integer.getInteger("pleat.fuzz", 300);
    private static final String SIGNS = "\0\t\n\r \"'#;_.-*>=:/\\?09azAZ\u00ff{}[],loop_data_//1e999";

    private final ResidueTable table = ResidueTable.load();

    @Test
    void alignments() throws Exception {
        fuzz(List.of("2q2k/bfd_uniclust_hits.a3m", "2q2k/uniref90_hits.sto", "2q2k/mgnify_hits.sto"), ROUNDS, AlignmentReader::read);
    }

    @Test
    void structures() throws Exception {
        fuzz(List.of("2q2k/2q2k.cif"), ROUNDS / 3, text -> new StructureReader(table).read(text));
    }

    @Test
    void draws() throws Exception {
        fuzz(List.of("2q2k/draws.json"), ROUNDS, text -> new DrawsFile(table).read(text));
    }

    private static void fuzz(List<String> examples, int rounds, Consumer<InputText> reader) throws Exception {
        for (int seed = 0; seed < rounds; seed++) {
            var random = new Random(seed);
            var file = Path.of(System.getProperty("pleat.root"), "examples", examples.get(seed % examples.size()));
            byte[] bytes = changed(Files.readString(file, StandardCharsets.ISO_8859_1), random).getBytes(StandardCharsets.ISO_8859_1);
            try {
                reader.accept(InputText.of("fuzz", bytes));
            } catch (UserException _) {
                // refused, as it may be
            } catch (RuntimeException | Error bug) {
                throw new AssertionError("seed " + seed + " of " + file, bug);
            }
        }
    }

    private static String changed(String text, Random random) {
        var changed = new StringBuilder(text);
        for (int times = 1 + random.nextInt(4); times > 0 && !changed.isEmpty(); times--) {
            int at = random.nextInt(changed.length());
            int end = Math.min(changed.length(), at + 1 + random.nextInt(20));
            switch (random.nextInt(5)) {
                case 0 -> changed.setLength(at);
                case 1 -> changed.delete(at, end);
                case 2 -> changed.insert(at, changed.substring(at, end));
                case 3 -> changed.setCharAt(at, SIGNS.charAt(random.nextInt(SIGNS.length())));
                default -> changed.insert(at, SIGNS, 0, 1 + random.nextInt(SIGNS.length()));
            }
        }
        return changed.toString();
    }
}
