package pleat.cli.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.cli.Pleat;

/** What cannot be planned is refused with its reason. */
final class TooLargeTest {
    private static final String MODEL = """
            module Block(x: [n, c]) -> (x: [n, c]) where c = 32 {
              use up: Linear(c -> c)

              x += tanh(up(x))
              return x
            }

            module Blocks(x: [n, c]) -> (x: [n, c]) where c = 32 {
              repeat 3 blocks: Block(..)
              return blocks(x)
            }

            module Stack(x: [n, c]) -> [n, c] where c = 32, no_blocks = 6 {
              repeat no_blocks blocks: Block(..)
              return blocks(x)
            }

            module Nested(x: [n, c]) -> [n, c] where c = 32 {
              repeat 2 rounds: Blocks(..)
              return rounds(x)
            }
            """;

    @TempDir
    Path folder;

    private String refusal(String module, Object... sizes) throws IOException {
        var source = Files.writeString(folder.resolve("m.pleat"), MODEL);
        var words = new Object[sizes.length + 6];
        System.arraycopy(new Object[] {"plan", source + ":" + module, "--machine", "a100-40g", "--train", "--size"}, 0, words, 0, 6);
        System.arraycopy(sizes, 0, words, 6, sizes.length);
        var said = Pleat.run(words);
        assertEquals(1, said.exitCode(), said.err());
        return said.err();
    }

    @Test
    void aRepetitionInARepetition() throws IOException {
        var refusal = refusal("Nested", "n=8");
        assertTrue(refusal.startsWith("the model cannot be planned: `@Blocks` is repeated, and repeats `@Block` itself\n  = help: "), refusal);
    }

    @Test
    void whatDoesNotAddUpIn64Bits() throws IOException {
        assertEquals("the model is too large to be planned: an op of it takes more than 18 minutes, or a petabyte, of one device\n",
                refusal("Stack", "n=1000000000000", "--set", "c=512"));
        assertEquals("the model is too large to be planned: the picoseconds or the bytes of all its blocks may sum to more than 2^59\n",
                refusal("Stack", "n=10000000000", "--blocks", 1_000_000));
    }
}
