package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pleat.cli.calibrate.PublishedFit;
import pleat.cli.machine.Machines;

/** The estimates of published runs of the simplified Evoformer. */
final class PublishedTablesTest {

    @Tag("long")
    @ParameterizedTest
    @ValueSource(strings = {"evo-table1", "evo-e2e"})
    void estimatesAreNearWhatWasMeasured(String machine) {
        var fit = PublishedFit.of(machine, Goldens.root().resolve("bench/published/evoformer_tables.csv"));
        assertTrue(fit.errors().memory() < 0.015, () -> "memory is off by " + fit.errors().memory());
        assertTrue(fit.errors().time() < 0.05, () -> "time is off by " + fit.errors().time());
        assertTrue(fit.errors().leftOutTime() < 0.06, () -> "time of runs that are left out is off by " + fit.errors().leftOutTime());
        assertTrue(fit.constants().size() <= 5);
        var interval = Machines.named(machine).interval();
        fit.rows().forEach(row -> assertTrue(interval.low() * row.estimateMs() <= row.measuredMs() && row.measuredMs() <= interval.high() * row.estimateMs(),
                () -> row.run() + " is outside of the interval"));
        var shipped = Machines.named(machine).device();
        assertEquals(1, shipped.memory().bytesPerSecond() / fit.machine().device().memory().bytesPerSecond(), 1e-3);
        assertEquals(1, shipped.launchSeconds() / fit.machine().device().launchSeconds(), 1e-3);
    }
}
