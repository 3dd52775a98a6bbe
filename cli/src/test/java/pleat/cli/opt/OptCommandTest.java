package pleat.cli.opt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.cli.Main;

final class OptCommandTest {
    private static final String MODULE = """
            ; RUN: opt --passes=cse
            module tensor @test entry @main {
              func @main(input %x: f32[N] "x") where N in 2..8 by 2 {
                %a = exp(%x[i]) -> f32[i: N]
                %b = exp(%x[i]) -> f32[i: N]
                return %a "a", %b "b"
              }
            }
            """;

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path file;

    @BeforeEach
    void writeModule() throws IOException {
        file = Files.writeString(directory.resolve("test.ir"), MODULE);
    }

    @Test
    void aSizeThatIsGivenTwiceIsRefused() {
        assertEquals(1, opt(file.toString(), "--size", "N=4,N=6"));
        assertTrue(err.toString().contains("`N` is given twice by --size: 4 and 6"), err.toString());
    }

    private int opt(String... arguments) {
        var words = new String[arguments.length + 1];
        words[0] = "opt";
        System.arraycopy(arguments, 0, words, 1, arguments.length);
        return Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(words);
    }

    @Test
    void whatCannotBeWrittenIsNamedWithTheReason() {
        assertEquals(1, opt(file.toString(), "--size", "N=4", "-o", "/proc/x.ir"));
        assertTrue(err.toString().contains("file `/proc/x.ir` cannot be written: its folder takes no new file"), err.toString());
    }

    @Test
    void aLinkStaysALink() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link.ir"), Files.createFile(directory.resolve("real.ir")));
        assertEquals(0, opt(file.toString(), "--size", "N=4", "-o", link.toString()), err.toString());
        assertTrue(Files.isSymbolicLink(link) && Files.readString(directory.resolve("real.ir")).startsWith("module tensor"));
    }

    @Test
    void bytesThatAreNoTextAreSaidToBe() throws IOException {
        Files.write(file, new byte[] {(byte) 0xc3, 0x28});
        assertEquals(1, opt(file.toString()));
        assertTrue(err.toString().contains("`" + file + "` cannot be read: it is not UTF-8 text"), err.toString());
    }

    @Test
    void theRunLineIsUsedWhereNoPassesAreGiven() {
        assertEquals(0, opt(file.toString(), "--size", "N=4"), err.toString());
        assertEquals("""
                module tensor @test entry @main {
                  func @main(input %x: f32[4] "x") {
                    %a = exp(%x[i]) -> f32[i: 4]
                    return %a "a", %a "b"
                  }
                }
                """, out.toString());
    }

    @Test
    void dumpsAndTheResultGoToFiles() throws IOException {
        var result = directory.resolve("out.ir");
        assertEquals(0, opt(file.toString(), "--passes=inline,cse", "--dump-ir=changed",
                "--dump-dir=" + directory.resolve("dumps"), "-o",
                result.toString()), err.toString());
        assertEquals("", out.toString());
        assertEquals(Files.readString(result), Files.readString(directory.resolve("dumps/02-cse.ir")));
    }

    @Test
    void theTableNamesEveryPass() {
        assertEquals(0, opt("--list"));
        assertTrue(out.toString().lines().anyMatch(line -> line.matches(" +cse +Computes equal ops over equal operands once\\.")), out.toString());
    }

    @Test
    void mistakesAreExplained() {
        assertMistake("there is no file `nowhere.ir`", "nowhere.ir", "--passes=cse");
        assertMistake("no file is given", "--passes=cse");
        assertMistake("there is no pass `sce`", file.toString(), "--passes=sce");
        assertMistake("size `N` is 3, not a multiple of 2", file.toString(), "--size=N=3");
        assertMistake("file `" + directory + "` cannot be written: it is a folder", file.toString(), "-o", directory.toString());
    }

    @Test
    void aModuleThatMakesNoSenseIsRefusedWithItsLine() throws IOException {
        Files.writeString(file, MODULE.replace("%a[i]", "%x[i]").replace("exp(%x[i]) -> f32[i: N]\n    %b",
                "exp(%x[i, i]) -> f32[i: N]\n    %b"));
        assertEquals(1, opt(file.toString(), "--passes=cse"));
        assertTrue(err.toString().contains("--> " + file + ":4"), err.toString());
    }

    private void assertMistake(String start, String... arguments) {
        err.getBuffer().setLength(0);
        assertEquals(1, opt(arguments));
        assertTrue(err.toString().startsWith(start), err.toString());
    }
}
