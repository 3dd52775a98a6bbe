package pleat.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.cli.Pleat;
import tools.jackson.databind.json.JsonMapper;

final class BenchCommandTest {
    @TempDir
    Path folder;

    @Test
    void theObjectHasExactlyTheAgreedKeysAndItsNumbersAgree() {
        var result = Pleat.run("bench", "OuterProductMean", "--size", "s=5,r=7", "--set", "c_m=8,c_z=6,c_hidden=4", "--threads", 2,
                "--repeat", 3, "--json");
        assertEquals(0, result.exitCode(), result.err());
        var object = JsonMapper.shared().readTree(result.out());
        assertEquals(List.of("model", "size", "threads", "dtype", "median_ms", "min_ms", "max_ms", "gflop", "gflops", "peak_gflops",
                "fraction_of_peak", "planned_bytes", "allocated_bytes", "compile_ms"), List.copyOf(object.propertyNames()));
        assertEquals(Map.of("s", 5, "r", 7), JsonMapper.shared().convertValue(object.get("size"), Map.class));
        assertEquals(object.get("planned_bytes").longValue(), object.get("allocated_bytes").longValue());
        // Two projections, the product over sequences, the output projection, and the count of pairs of unmasked positions.
        long multiplyAdds = 2 * 5 * 7 * 8 * 4 + 5 * 7 * 7 * 4 * 4 + 7 * 7 * 16 * 6 + 5 * 7 * 7;
        assertEquals(2e-9 * multiplyAdds, object.get("gflop").doubleValue(), 1e-12);
        assertEquals(object.get("gflop").doubleValue() / (object.get("median_ms").doubleValue() * 1e-3), object.get("gflops").doubleValue(), 1e-9);
        double fraction = object.get("gflops").doubleValue() / object.get("peak_gflops").doubleValue();
        assertEquals(fraction, object.get("fraction_of_peak").doubleValue(), 1e-12);
        assertTrue(object.get("min_ms").doubleValue() <= object.get("median_ms").doubleValue());
        assertTrue(object.get("median_ms").doubleValue() <= object.get("max_ms").doubleValue());
    }

    /** The projection is the same in all five turns. */
    @Test
    void modelsAreTimedWithoutHoistingToo() throws IOException {
        var model = Files.writeString(folder.resolve("steps.pleat"), """
                module Steps(x: [n], c: [n, 64]) -> (x: [n]) {
                  use linear: Linear(64 -> n)
                  loop t in 5 carrying x {
                    p = linear(c)
                    x[i] = tanh(sum(j) p[i, j] * x[j])
                  }
                  return x
                }
                """);
        var result = Pleat.run("bench", model, "--size", "n=8", "--threads", 1, "--repeat", 1, "--warm-up", 0, "--against-no-hoist", "--json");
        assertEquals(0, result.exitCode(), result.err());
        var rivals = JsonMapper.shared().readTree(result.out());
        assertEquals(List.of(model.toString(), model + " --no-hoist"), rivals.valueStream().map(rival -> rival.get("model").stringValue()).toList());
        assertEquals(2e-9 * 8 * 8 * 64, rivals.get(0).get("gflop").doubleValue(), 1e-12);
        assertEquals(2e-9 * 5 * 8 * 8 * 64, rivals.get(1).get("gflop").doubleValue(), 1e-12);
        assertTrue(rivals.get(1).get("outputs").get(0).get("max_error").doubleValue() < 1e-5, result.out());
    }

    @Test
    void runsAreCounted() {
        var result = Pleat.run("bench", "OuterProductMean", "--size", "s=5,r=7", "--repeat", 0);
        assertEquals(1, result.exitCode());
        assertTrue(result.err().contains("--repeat is 0"), result.err());
        var negative = Pleat.run("bench", "OuterProductMean", "--size", "s=5,r=7", "--warm-up", -1);
        assertEquals(1, negative.exitCode());
        assertTrue(negative.err().contains("--warm-up is -1"), negative.err());
    }
}
