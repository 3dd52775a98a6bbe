package pleat.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import pleat.cli.Pleat;
import tools.jackson.databind.json.JsonMapper;

final class BenchCommandTest {

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

    @Test
    void runsAreCounted() {
        var result = Pleat.run("bench", "OuterProductMean", "--size", "s=5,r=7", "--repeat", 0);
        assertEquals(1, result.exitCode());
        assertTrue(result.err().contains("--repeat is 0"), result.err());
    }
}
