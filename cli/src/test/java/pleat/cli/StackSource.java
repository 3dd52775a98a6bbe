package pleat.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A stack of small blocks as a user would write it, for commands that plan and estimate. */
public final class StackSource {
    private static final String TEXT = """
            module Block(x: [n, c]) -> (x: [n, c]) where c = 32 {
              use norm: LayerNorm(c)
              use up: Linear(c -> 4*c)
              use down: Linear(4*c -> c)

              x += down(tanh(up(norm(x))))
              return x
            }

            module Stack(x: [n, c]) -> [n, c] where c = 32, no_blocks = 6 {
              repeat no_blocks blocks: Block(..)
              return blocks(x)
            }
            """;

    private StackSource() {}

    /** The module {@code Stack} of a new file, as commands are told of it. */
    public static String in(Path folder) throws IOException {
        return Files.writeString(folder.resolve("stack.pleat"), TEXT) + ":Stack";
    }
}
