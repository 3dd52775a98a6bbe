package pleat.cli.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.ir.kernel.Layout;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Kind;
import pleat.ir.type.DType;
import pleat.ir.type.TensorType;
import pleat.runtime.host.LayoutCodec;
import pleat.runtime.io.TensorData;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The program of a bundle accepts outputs that are right and names those that are not, under a driver that only pretends to compute. */
final class RunnerChecksTest {
    private static final int ROWS = 90;
    private static final int COLUMNS = 70;

    @TempDir
    private Path directory;

    @Test
    void rightOutputsPassAndWrongOnesAreNamed() throws IOException, InterruptedException {
        var runner = CompiledRunner.in(directory);
        if (runner.isEmpty()) {
            return;
        }
        runner.get().pretendDriver();
        var right = new float[ROWS * COLUMNS];
        for (int i = 0; i < right.length; i++) {
            right[i] = (i * 37 % 101 - 50) / 64f;
        }
        var turned = output("turned", Layout.ofOrder(List.of(1, 0)), 0);
        var straight = output("straight", Layout.rowMajor(2), turned.place().bytes());
        manifest(right, turned, straight);

        assertEquals("true true", verdicts(runner.get(), 0, stored(turned, right), stored(straight, right)));
        var swapped = right.clone();
        Arrays.fill(swapped, 1000, 2000, 0);
        assertEquals("false true", verdicts(runner.get(), 1, stored(turned, swapped), stored(straight, right)));
        var scaled = right.clone();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] *= 1.001f;
        }
        assertEquals("true false", verdicts(runner.get(), 1, stored(turned, right), stored(straight, scaled)));
        var unwritten = stored(straight, right);
        Arrays.fill(unwritten, 4 * 123, 4 * 124, (byte) -1);
        assertEquals("true false", verdicts(runner.get(), 1, stored(turned, right), unwritten));
    }

    private static Plan.Buffer output(String name, Layout layout, long offset) {
        return new Plan.Buffer(name, TensorType.of(DType.F32, ROWS, COLUMNS), layout, new Plan.Place(Kind.OUTPUT, name, offset, 4L * ROWS * COLUMNS));
    }

    private void manifest(float[] values, Plan.Buffer... outputs) throws IOException {
        var lines = new ArrayList<>(List.of("pleat-cuda 3", "model m", "target sm_80", "dtype f32", "arena " + 8 * values.length, "flops 1000", "text k0.ptx",
                "kernel 0 1 32 0 1000 k0 main.00", "work 0 64000 2000 sums across"));
        for (Plan.Buffer buffer : outputs) {
            var expected = new ExpectedOutput(buffer, TensorData.ofFloats(values, ROWS, COLUMNS));
            var sample = expected.sample();
            Files.write(directory.resolve(buffer.name() + ".bin"), TensorData.ofFloats(sample, sample.length).bytes().toArray(ValueLayout.JAVA_BYTE));
            lines.addAll(expected.lines(1e-4, buffer.name() + ".bin"));
        }
        lines.add("launch 0 100 0 " + outputs[1].place().offset() + " -1");
        lines.addAll(List.of("copy 0 0 4", "end"));
        Files.write(directory.resolve("manifest.txt"), lines);
        Files.writeString(directory.resolve("k0.ptx"), "");
    }

    private static byte[] stored(Plan.Buffer buffer, float[] values) {
        try (var arena = Arena.ofConfined()) {
            MemorySegment stored = arena.allocate(buffer.place().bytes());
            LayoutCodec.pack(buffer.type(), buffer.layout(), TensorData.ofFloats(values, ROWS, COLUMNS).bytes(), stored);
            return stored.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /** Whether the two outputs are right, as the program's report says. */
    private String verdicts(CompiledRunner runner, int status, byte[] first, byte[] second) throws IOException, InterruptedException {
        var results = directory.resolve("results");
        Files.writeString(results, "0 " + HexFormat.of().formatHex(first) + "\n" + first.length + " " + HexFormat.of().formatHex(second) + "\n");
        var said = runner.run(Map.of("LD_LIBRARY_PATH", directory.toString(), "PRETEND_RESULTS", results.toString()), "--runs", "2");
        assertEquals(status, said.status(), said.text());
        JsonNode report = JsonMapper.shared().readTree(said.text());
        assertEquals(2, report.get("kernels").size(), said.text());
        var kernel = report.get("kernels").get(1);
        assertEquals("sums across", kernel.get("family").stringValue());
        // 64000 instructions in a millisecond, of four in each cycle on each of 8 multiprocessors of 8 kHz.
        assertEquals(64000 / 1e-3 / (4.0 * 8 * 8000), kernel.get("of_issue_rate").doubleValue(), 1e-9);
        assertEquals(1000 / 1e-3, kernel.get("flops_per_s").doubleValue(), 1e-9);
        assertTrue(report.get("copy_bytes_per_s").isNumber() && report.get("ok").booleanValue() == (status == 0), said.text());
        return report.get("outputs").get(0).get("ok").booleanValue() + " " + report.get("outputs").get(1).get("ok").booleanValue();
    }
}
