package pleat.cli.fmt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.cli.Main;

final class FmtCommandTest {
    private static final String LOOSE = "module A(x: [n])->[n] {\nreturn 2*x # twice\n}\n";
    private static final String CANONICAL = "module A(x: [n]) -> [n] {\n  return 2*x  # twice\n}\n";

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int fmt(String... arguments) {
        var words = new String[arguments.length + 1];
        words[0] = "fmt";
        System.arraycopy(arguments, 0, words, 1, arguments.length);
        return Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(words);
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    @Test
    void formatsInPlace() throws IOException {
        var file = file("a.pleat", LOOSE);
        assertEquals(0, fmt(file.toString()));
        assertEquals(CANONICAL, Files.readString(file));
        assertEquals("formatted " + file + System.lineSeparator(), out.toString());
        try (var left = Files.list(directory)) {
            assertEquals(1, left.count());
        }
    }

    @Test
    void checkOnlyLooks() throws IOException {
        var loose = file("loose.pleat", LOOSE);
        var canonical = file("canonical.pleat", CANONICAL);
        assertEquals(1, fmt("--check", loose.toString(), canonical.toString()));
        assertEquals("not formatted: " + loose + System.lineSeparator(), out.toString());
        assertEquals(LOOSE, Files.readString(loose));
        assertEquals(0, fmt("--check", canonical.toString()));
    }

    @Test
    void refusesWhatItCannotReadAndTouchesNothing() throws IOException {
        var loose = file("a.pleat", LOOSE);
        var broken = file("b.pleat", "module A(x: [n] -> [n] {\n");
        assertEquals(1, fmt(loose.toString(), broken.toString()));
        assertTrue(err.toString().startsWith("error[F0001]"), err.toString());
        assertEquals(LOOSE, Files.readString(loose));
        assertEquals(1, fmt(directory.resolve("missing.pleat").toString()));
        assertTrue(err.toString().contains("there is no file"), err.toString());
    }

    @Test
    void refusesBytesThatAreNoText() throws IOException {
        var file = Files.write(directory.resolve("a.pleat"), new byte[] {(byte) 0xc3, 0x28});
        assertEquals(1, fmt(file.toString()));
        assertTrue(err.toString().contains("`" + file + "` cannot be read: it is not UTF-8 text"), err.toString());
    }
}
