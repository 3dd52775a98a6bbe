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
        isEqualToOneDevice(file);
    }

    private void isEqualToOneDevice(Path plan) {
        var verified = pleat("verify-plan", plan, "--threads", 1, "--cache", folder.resolve("cache"));
        assertEquals(0, verified.status(), verified.out() + verified.err());
    }

    @ParameterizedTest
    @CsvSource({"f16", "bf16"})
    void whatIsStoredInHalvesIsPlannedAndRun(String dtype) throws IOException {
        var file = folder.resolve("found.plan");
        var planned = plan(file, "tp", 2, "--dtype", dtype);
        assertEquals(0, planned.status(), planned.err());
        assertTrue(Files.readString(file).contains("\ncode dtype=" + dtype + " "));
        isEqualToOneDevice(file);
    }

    @ParameterizedTest
    @CsvSource({"dp, 3", "zero, 2"})
    void severalSamplesArePlannedAndRun(String name, int devices) throws IOException {
        var file = folder.resolve("found.plan");
        var planned = plan(file, name, devices, "--batch", "3");
        assertEquals(0, planned.status(), planned.err());
        var text = Files.readString(file);
        assertTrue(text.contains("\nbatch 3\n") && text.contains("split(model 0: 3 by 1)") && !text.contains("\nfact sent_bytes = 0\n"), text);
        isEqualToOneDevice(file);
    }

    /** Three layers, of which fewer can keep what they read than there are. */
    @Test
    void copiesThatKeepDifferentThingsAreRun() throws IOException {
        var file = folder.resolve("found.plan");
        var free = pleat("plan", SavedPlans.model(folder) + ":Small", "--size", "n=48,c=8", "--train", "--machine", "h100", "--json");
        long peak = JsonMapper.shared().readTree(free.out()).get("peak_bytes").longValue();
        var planned = pleat("plan", SavedPlans.model(folder) + ":Small", "--size", "n=48,c=8", "--train", "--machine", "h100", "--devices", 2, "--memory",
                peak * 9 / 10, "-o", file);
        assertEquals(0, planned.status(), planned.err());
        var text = Files.readString(file);
        assertTrue(text.contains("\nruns Layer = 2 1\n") || text.contains("\nruns Layer = 1 2\n"), text);
        assertTrue(text.contains("  func @Layer_1 {\n"), text);
        isEqualToOneDevice(file);
        Files.writeString(file, text.replace("runs Layer = ", "runs Layer = 7 "));
        assertTrue(pleat("verify-plan", file).err().startsWith("the plan cuts 10 copies of `@Layer` into runs, and the model has 3 of `@Layer`\n"));
    }

    @Test
    void plansThatAreSavedTogetherAreVerifiedTogether() throws IOException {
        var said = pleat("compare", SavedPlans.model(folder) + ":Small", "--size", "n=12,c=8", "--train", "--machine", "h100", "--devices", 2, "--plans", "tp,dap,dp",
                "--save", folder);
        assertEquals(0, said.status(), said.err());
        assertTrue(Files.notExists(folder.resolve("dp.plan")));
        var cache = folder.resolve("cache");
        var verified = pleat("verify-plan", folder.resolve("tp.plan"), folder.resolve("dap.plan"), "--devices", 2, "--threads", 1, "--cache", cache, "--json");
        assertEquals(0, verified.status(), verified.err());
        var reports = JsonMapper.shared().readTree(verified.out());
        assertEquals(2, reports.size());
        reports.forEach(report -> {
            assertTrue(report.get("ok").booleanValue(), report.toString());
            assertEquals(report.get("expected_sent_bytes"), report.get("sent_bytes"), report.toString());
            report.get("exchanges").forEach(sum -> assertEquals(sum.get("planned_bytes"), sum.get("sent_bytes"), sum.toString()));
        });
        var table = pleat("verify-plan", folder.resolve("tp.plan"), folder.resolve("dap.plan"), "--devices", 3, "--cache", cache);
        assertEquals(1, table.status());
        assertTrue(table.out().contains("refused: --devices is 3, and the plan is for 2"), table.out());
    }

    @Test
    void rowsAreMeasured() throws IOException {
        var said = pleat("compare", SavedPlans.model(folder) + ":Small", "--size", "n=12,c=8", "--train", "--machine", "h100", "--devices", 2,
                "--plans", "single,dp,dap", "--run", "--cache", folder.resolve("cache"), "--json", "--report", folder.resolve("plans.html"));
        assertEquals(0, said.status(), said.err());
        var page = Files.readString(folder.resolve("plans.html"));
        assertTrue(page.contains("\"cells\":[\"dap\",") && page.contains(":Small, n = 12, c = 8\""), page);
        JsonMapper.shared().readTree(said.out()).forEach(row -> {
            boolean ran = row.get("feasible").booleanValue();
            assertEquals(ran, row.get("measured_ms").isNumber() && row.get("measured_ms").doubleValue() > 0, row.toString());
            assertEquals(ran, row.get("allocated_bytes").isNumber() && row.get("allocated_bytes").longValue() > 0, row.toString());
        });
    }
}
