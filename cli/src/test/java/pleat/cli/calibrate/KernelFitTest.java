package pleat.cli.calibrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import pleat.cli.calibrate.KernelFit.Sample;
import pleat.passes.machine.TilePart;
import pleat.passes.machine.Timed;

class KernelFitTest {
    private static final Timed TRUE = new Timed(ImmutableMap.of(TilePart.LAUNCH, 2e-6, TilePart.PRODUCT, 1e-11, TilePart.FUNCTION, 1.5e-10), 0);

    private static List<Sample> samples() {
        var samples = new ArrayList<Sample>();
        for (int i = 1; i <= 30; i++) {
            Map<TilePart, Double> counts = ImmutableMap.of(TilePart.LAUNCH, 1.0, TilePart.PRODUCT, 1e6 * i * i, TilePart.FUNCTION, 1e5 * (i % 7), TilePart.POINT, 1e4 * (i % 5));
            samples.add(new Sample(counts, TRUE.seconds(counts)));
        }
        return samples;
    }

    @Test
    void whatKernelsTookIsFoundAgain() {
        var found = KernelFit.of(samples());
        TRUE.seconds().forEach((part, seconds) -> assertEquals(1, found.get(part) / seconds, 1e-3, part.text()));
        assertFalse(found.containsKey(TilePart.LINE), "no kernel has any");
    }

    @Test
    void aDisturbedKernelDoesNotMoveTheOthers() {
        var samples = samples();
        samples.set(20, new Sample(samples.get(20).counts(), 3 * samples.get(20).seconds()));
        var found = KernelFit.of(samples);
        assertEquals(1, found.get(TilePart.PRODUCT) / 1e-11, 0.03);
    }
}
