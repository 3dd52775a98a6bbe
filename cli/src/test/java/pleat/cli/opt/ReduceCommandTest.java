package pleat.cli.opt;

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

final class ReduceCommandTest {
    private static final String MODULE = """
            module tensor @test entry @main {
              func @main(input %x: f32[N] "x", input %z: f32[N] "z") where N in 2..8 by 2 {
                %a = exp(%x[i]) -> f32[i: N]
                %b = rsqrt(%a[i] * 0) -> f32[i: N]
                %c = %b[i] + %z[i] -> f32[i: N]
                return %a "a", %c "c"
              }
            }
            """;

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int reduce(String... options) throws IOException {
        Path file = Files.writeString(directory.resolve("test.ir"), MODULE);
        var words = new String[options.length + 2];
        words[0] = "reduce";
        words[1] = file.toString();
        System.arraycopy(options, 0, words, 2, options.length);
        return Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(words);
    }

    @Test
    void aBuiltInProperty() throws IOException {
        assertEquals(0, reduce("--size", "N=4", "--keep=nonfinite"), err.toString());
        assertEquals("""
                module tensor @test entry @main {
                  func @main() {
                    %b = rsqrt(0) -> f32[i: 1]
                    return %b "b"
                  }
                }
                """, out.toString());
    }

    @Test
    void aShellCommand() throws IOException {
        assertEquals(0, reduce("--keep=runs grep -q exp {}", "-o", directory.resolve("small.ir").toString()), err.toString());
        assertEquals("""
                module tensor @test entry @main {
                  func @main() {
                    %a = exp(0) -> f32[i: 1]
                    return %a "a"
                  }
                }
                """, Files.readString(directory.resolve("small.ir")));
    }

    @Test
    void aPropertyThatIsNotThereIsTheUsersMistake() throws IOException {
        assertEquals(1, reduce("--keep=runs grep -q sigmoid"));
        assertTrue(err.toString().contains("that it runs grep -q sigmoid"), err.toString());
    }

    @Test
    void propertiesThatAreNoneAreExplained() throws IOException {
        assertEquals(1, reduce("--keep=runs no-such-command"));
        assertTrue(err.toString().contains("the shell does not find the command"), err.toString());
        assertEquals(1, reduce("--keep=differs via magic"));
        assertTrue(err.toString().contains("nothing runs a module via `magic`"), err.toString());
        assertEquals(1, reduce("--keep=blah"));
        assertTrue(err.toString().contains("`differs via native` or `runs COMMAND`"), err.toString());
    }

    @Test
    void whatThePassesPrint() throws IOException {
        assertEquals(0, reduce("--keep=prints exp after cse"), err.toString());
        assertTrue(out.toString().contains("%a = exp(0) -> f32[i: 1]"), out.toString());
    }

    @Test
    void twoWaysToRunThatAgreeAreNoReason() throws IOException {
        assertEquals(1, reduce("--size", "N=4", "--keep=differs via interpreter"));
        assertEquals(1, reduce("--size", "N=4", "--keep=fails via interpreter"));
    }

    @Test
    void aModuleThatCannotBeRunIsNotSaidToAgree() throws IOException {
        assertEquals(1, reduce("--keep=differs via plan"));
        assertTrue(err.toString().contains("test.ir` could not be run: "), err.toString());
    }

    @Test
    void aModuleWithCallsIsPreparedBeforeItIsPlanned() throws IOException {
        Path file = Files.writeString(directory.resolve("calls.ir"), """
                module tensor @test entry @main {
                  func @twice(%x: f32[4]) {
                    %y = %x[i] * 2 -> f32[i: 4]
                    return %y "y"
                  }

                  func @main(input %x: f32[4] "x") {
                    %y = call @twice(%x) -> f32[4]
                    return %y "y"
                  }
                }
                """);
        for (String keep : new String[] {"fails via plan", "differs via plan"}) {
            var said = new StringWriter();
            assertEquals(1, Main.commandLine().setErr(new PrintWriter(said)).execute("reduce", file.toString(), "--keep=" + keep));
            assertTrue(said.toString().contains("it is not true of"), said.toString());
        }
    }
}
