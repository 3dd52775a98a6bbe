package pleat.cli.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.cli.Pleat;
import pleat.runtime.bundle.PlanBundle;

final class ModelBundleTest {
    @TempDir
    Path folder;

    @Test
    void codeForAnotherProcessorIsRefusedBeforeItRuns() throws IOException {
        var model = Files.writeString(folder.resolve("doubled.pleat"), "module Doubled(x: [n]) -> [n] {\n  y[i] = 2 * x[i]\n  return y\n}\n");
        var bundle = folder.resolve("doubled.plan");
        var compiled = Pleat.run("compile", model, "--size", "n=8", "--cache", folder.resolve("cache"), "-o", bundle);
        assertEquals(0, compiled.exitCode(), compiled.err());
        var opened = PlanBundle.open(bundle);
        var elsewhere = folder.resolve("elsewhere.plan");
        new PlanBundle(opened.plan(), opened.sharedObject(), opened.notes().replace("cpu=", "cpu=other-")).write(elsewhere);
        var refused = Pleat.run("run", elsewhere);
        assertEquals(1, refused.exitCode());
        assertTrue(refused.err().contains("bundle `" + elsewhere + "` was compiled for another processor"), refused.err());
        assertTrue(refused.err().contains("cpu=other-") && refused.err().contains("= note: this is "), refused.err());
    }
}
