package pleat.cli.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pleat.cli.Pleat;

/** A result that cannot be written is refused before the model is even looked for: there is no model `nothing`. */
final class WritableFileTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {
        "plan nothing -o FILE", "plan nothing --certificate FILE", "compare nothing --report FILE", "compare nothing --trace FILE", "fit nothing --train -o FILE",
        "frontier nothing --report FILE", "train nothing --steps 1 --save FILE", "run nothing -o FILE.npz", "run nothing --trace FILE", "opt nothing --passes=dce -o FILE",
        "reduce nothing --keep=nonfinite -o FILE", "calibrate --published nothing -o FILE"
    })
    void aFileInAFolderThatIsNotThere(String command) {
        var result = run(command, folder.resolve("missing/file"));
        assertEquals(1, result.exitCode());
        assertTrue(result.err().contains("cannot be written: its folder does not exist"), result.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"plan nothing -o FILE", "compare nothing --report FILE", "reduce nothing --keep=nonfinite -o FILE"})
    void aFolderWhereAFileIsMeant(String command) {
        var result = run(command, folder);
        assertEquals(1, result.exitCode());
        assertTrue(result.err().contains("cannot be written: it is a folder"), result.err());
    }

    @Test
    void plansAreSavedInAFolderThatIsThere() {
        var result = run("compare nothing --save FILE", folder.resolve("missing"));
        assertEquals(1, result.exitCode());
        assertTrue(result.err().contains("folder `" + folder.resolve("missing") + "` cannot be written to: it does not exist"), result.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"export nothing -o FILE", "compile nothing -o FILE", "compare nothing --save FILE"})
    void aFileWhereAFolderIsMeant(String command) throws IOException {
        var file = Files.writeString(folder.resolve("file"), "text");
        var result = run(command, file);
        assertEquals(1, result.exitCode());
        assertTrue(result.err().contains("written to `" + file + "`: something else is there") || result.err().contains("`" + file + "` is a file"), result.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"export nothing -o FILE", "compile nothing -o FILE"})
    void aFolderThatIsMadeNeedsAFolderAboveIt(String command) throws IOException {
        var file = Files.writeString(folder.resolve("file"), "text");
        var below = run(command, file.resolve("some/folder"));
        assertEquals(1, below.exitCode());
        assertTrue(below.err().contains("`" + file + "` is a file"), below.err());
        var possible = run(command, folder.resolve("some/folder"));
        assertTrue(possible.err().contains("nothing"), possible.err());
        assertTrue(!possible.err().contains("folder"), possible.err());
    }

    @Test
    void aDeviceIsNoFileToReplace() {
        var result = run("plan nothing -o FILE", Path.of("/dev/null"));
        assertEquals(1, result.exitCode());
        assertTrue(result.err().contains("cannot be written: it is a device"), result.err());
    }

    @Test
    void theTextOfAModuleGoesToADeviceToo() {
        var result = run("opt nothing --passes=dce -o FILE", Path.of("/dev/null"));
        assertTrue(result.err().contains("nothing"), result.err());
        assertTrue(!result.err().contains("written"), result.err());
    }

    private static Pleat run(String command, Path target) {
        return Pleat.run((Object[]) command.replace("FILE", target.toString()).split(" "));
    }
}
