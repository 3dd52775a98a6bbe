package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.cli.Main;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Saved plans, read, compiled and run on devices of this process. */
final class SavedPlansTest {
    @TempDir
    Path folder;

    private record Said(int status, String out, String err) {
        JsonNode json() {
            return JsonMapper.shared().readTree(out);
        }
    }

    private Said pleat(Object... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        var line = Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        var words = java.util.stream.Stream.concat(java.util.Arrays.stream(arguments).map(Object::toString),
                java.util.stream.Stream.of("--cache", folder.resolve("cache").toString())).toArray(String[]::new);
        return new Said(line.execute(words), out.toString(), err.toString());
    }

    @ParameterizedTest
    @CsvSource({"2, true", "3, false", "4, true"})
    void aPlanOfSeveralDevicesIsEqualToOne(int devices, boolean overlap) throws IOException {
        var plan = SavedPlans.rows(folder, devices, "");
        var said = overlap ? pleat("verify-plan", plan, "--devices", devices, "--json", "--threads", 1)
                : pleat("verify-plan", plan, "--devices", devices, "--json", "--threads", 1, "--no-overlap");
        assertEquals(0, said.status(), said.out() + said.err());
        assertTrue(said.json().get("ok").booleanValue());
        assertEquals(6, said.json().get("tensors").size());
    }

    @Test
    void whatIsAllocatedAndSentIsWhatThePlanSays() throws IOException {
        var plan = SavedPlans.rows(folder, 3, "fact estimate_ms = 0.5\n");
        var trace = folder.resolve("trace.json");
        var said = pleat("run", plan, "--devices", 3, "--repeat", 2, "--json", "--trace", trace, "-o", folder.resolve("out.npz"));
        assertEquals(0, said.status(), said.err());
        assertEquals(3, said.json().get("devices").size());
        said.json().get("devices").forEach(device -> {
            assertEquals(device.get("planned_bytes"), device.get("allocated_bytes"));
            assertEquals(device.get("planned_sent_bytes"), device.get("exchanges").get("sent_bytes"));
            assertTrue(device.get("exchanges").get("sent_bytes").longValue() > 0);
            device.get("exchanges").get("steps").forEach(step -> assertEquals(step.get("planned_bytes"), step.get("sent_bytes"), step.toString()));
        });
        assertEquals("0.5", said.json().get("facts").get("estimate_ms").stringValue());
        var tracks = JsonMapper.shared().readTree(Files.readString(trace)).get("traceEvents").valueStream()
                .map(event -> event.get("pid").intValue() + "/" + event.get("tid").intValue()).collect(java.util.stream.Collectors.toSet());
        assertTrue(tracks.containsAll(java.util.List.of("0/1", "0/2", "1/1", "1/2", "2/1", "2/2")), tracks.toString());
        assertTrue(Files.size(folder.resolve("out.npz")) > 0);
    }

    @Test
    void aPlanForAnotherNumberOfDevicesIsRefused() throws IOException {
        var plan = SavedPlans.rows(folder, 3, "");
        assertEquals("--devices is 2, and the plan is for 3\n", pleat("verify-plan", plan, "--devices", 2).err());
        assertEquals("--devices is 2, and the plan is for 3\n", pleat("run", plan, "--devices", 2).err());
        assertTrue(pleat("verify-plan", plan, "--mpi").err().startsWith("--mpi is given, and no launcher has started this process\n"));
        assertTrue(pleat("run", plan, "--size", "n=4").err().startsWith("the plan says what is computed and how: --size does not apply"));
    }

    @Test
    void whatIsExpectedToBeSentIsANumber() throws IOException {
        var said = pleat("verify-plan", SavedPlans.rows(folder, 2, "fact sent_bytes = many\n"), "--threads", 1);
        assertEquals("the plan says `fact sent_bytes = many`, and that is no number of bytes\n", said.err());
        assertEquals(1, said.status());
    }

    @Test
    void moreDevicesThanRowsAreRefused() throws IOException {
        var said = pleat("verify-plan", SavedPlans.rows(folder, 12, ""));
        assertEquals("the plan gives devices parts of `%x`, `split(rows 0: 11 by 1)` on `mesh(rows = 12)`, which `f32[11, 8]` does not have\n", said.err());
        assertEquals(1, said.status());
    }

    @Test
    void aPlanOfAnotherModelIsRefused() throws IOException {
        var plan = SavedPlans.rows(folder, 2, "");
        Files.writeString(plan, Files.readString(plan).replace("%x:", "%q:"));
        assertEquals("the plan speaks of `%q`, and `@main` has no such value\n", pleat("verify-plan", plan).err());
    }
}
