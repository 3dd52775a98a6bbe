package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.cli.Main;
import tools.jackson.databind.json.JsonMapper;

/** From a model to a plan, and from there to devices. */
final class PlannedRunsTest {
    @TempDir
    Path folder;

    private record Said(int status, String out, String err) {}

    private static Said pleat(Object... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        var line = Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return new Said(line.execute(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new)), out.toString(), err.toString());
    }

    private Said plan(Path file, String name, int devices, String... more) throws IOException {
        var model = SavedPlans.model(folder) + ":Small";
        var words = new Object[] {"plan", model, "--size", "n=12,c=8", "--train", "--machine", "h100", "--devices", devices, "--plan", name, "-o", file};
        var all = new ArrayList<>(Arrays.asList(words));
        all.addAll(Arrays.asList(more));
        return pleat(all.toArray());
    }

    @ParameterizedTest
    @CsvSource({"dap, 2", "auto, 2", "tp, 4"})
    void devicesComputeWhatOneComputes(String name, int devices) throws IOException {
        var file = folder.resolve("found.plan");
        var planned = plan(file, name, devices);
        assertEquals(0, planned.status(), planned.err());
        var text = Files.readString(file);
        assertTrue(text.contains("\nkeep Layer/") && text.contains("\nfact plan = " + name + "\n"), text);
        var verified = pleat("verify-plan", file, "--devices", devices, "--threads", 1, "--cache", folder.resolve("cache"));
        assertEquals(0, verified.status(), verified.out() + verified.err());
    }

    @Test
    void whatCannotBeRunIsNotSaved() throws IOException {
        var file = folder.resolve("found.plan");
        var half = plan(file, "dap", 2, "--dtype", "f16");
        assertEquals(1, half.status());
        assertEquals("--dtype is f16, and devices run plans whose tensors are f32 or bf16 in memory\n", half.err());
        assertTrue(Files.notExists(file));
    }

    @Test
    void aPlanThatDevicesCannotRunIsComparedAllTheSame() throws IOException {
        var said = pleat("compare", SavedPlans.model(folder) + ":Small", "--size", "n=12,c=8", "--train", "--machine", "h100", "--devices", 2, "--dtype", "f16",
                "--plans", "dap", "--run", "--cache", folder.resolve("cache"), "--json");
        assertEquals(0, said.status(), said.err());
        assertEquals("plan dap was not run: --dtype is f16, and devices run plans whose tensors are f32 or bf16 in memory\n", said.err());
        assertTrue(JsonMapper.shared().readTree(said.out()).get(0).get("measured_ms").isNull());
    }

    @Test
    void rowsAreMeasured() throws IOException {
        var said = pleat("compare", SavedPlans.model(folder) + ":Small", "--size", "n=12,c=8", "--train", "--machine", "h100", "--devices", 2,
                "--plans", "single,dp,dap", "--run", "--cache", folder.resolve("cache"), "--json", "--report", folder.resolve("plans.html"));
        assertEquals(0, said.status(), said.err());
        var page = Files.readString(folder.resolve("plans.html"));
        assertTrue(page.contains("\"cells\":[\"dap\",") && page.contains("Plans of Small"), page);
        JsonMapper.shared().readTree(said.out()).forEach(row -> {
            boolean ran = row.get("feasible").booleanValue();
            assertEquals(ran, row.get("measured_ms").isNumber() && row.get("measured_ms").doubleValue() > 0, row.toString());
            assertEquals(ran, row.get("allocated_bytes").isNumber() && row.get("allocated_bytes").longValue() > 0, row.toString());
        });
    }
}
