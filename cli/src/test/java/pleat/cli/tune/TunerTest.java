package pleat.cli.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import pleat.cli.compile.GpuTiles;
import pleat.cli.machine.Machines;
import pleat.codegen.gpu.GpuSpeed;
import pleat.codegen.gpu.GpuTarget;
import pleat.codegen.gpu.TileCost;
import pleat.ir.diagnostic.Source;
import pleat.ir.diagnostic.UserException;
import pleat.ir.kernel.Kernel;
import pleat.ir.text.KernelParser;
import pleat.ir.verify.KernelVerifier;

/** Which ways are tried, in which order, how often; the trial is one that knows the times. */
final class TunerTest {
    private static final GpuTarget TARGET = GpuTarget.SM_80;
    private static final GpuSpeed SPEED = GpuTiles.speed(TARGET, Machines.named("a100-40g"));
    private static final double ANY = Double.POSITIVE_INFINITY;

    /** A softmax of rows, so many of them in a block. */
    private static Kernel softmax(String name, long rows) {
        return KernelVerifier.verified(KernelParser.parse(new Source(name, """
                kernel @%s(%%x: f32[4096, 96] (0, 1), out %%y: f32[4096, 96] (0, 1)) axes(grid i: 4096 by %d, whole j: 96) {
                  %%x[i, j] = load %%x[i, j]
                  %%m[i] = max[j] %%x[i, j]
                  %%e[i, j] = exp(%%x[i, j] - %%m[i])
                  %%s[i] = sum[j] %%e[i, j]
                  %%y[i, j] = %%e[i, j] / %%s[i]
                  store %%y[i, j] = %%y[i, j]
                }
                """.formatted(name, rows))));
    }

    private static ImmutableList<Kernel> ways(String name) {
        return ImmutableList.of(softmax(name, 64), softmax(name, 8), softmax(name, 16), softmax(name, 32));
    }

    private static double expected(Kernel kernel) {
        return TileCost.of(kernel, TARGET).seconds(SPEED);
    }

    /** @param tried takes what is tried, in its order */
    private record Known(ToDoubleFunction<Kernel> seconds, List<Kernel> tried, int sideBySide) implements KernelTrial {
        Known(ToDoubleFunction<Kernel> seconds) {
            this(seconds, Collections.synchronizedList(new ArrayList<>()), 1);
        }

        @Override
        public GpuTarget target() {
            return TARGET;
        }

        @Override
        public double seconds(LoweredWay way) {
            tried.add(way.kernel());
            return seconds.applyAsDouble(way.kernel());
        }

        @Override
        public void close() {
            // It has nothing.
        }
    }

    private static ImmutableList<TunedKernel> tune(KernelTrial trial, WayLimit limit, List<ImmutableList<Kernel>> kernels) {
        return new Tuner(trial, SPEED, limit).tune(kernels, _ -> { });
    }

    @Test
    void theModelsWayIsTriedFirstAndThenWhatItExpectsToBeTheBest() {
        var ways = ways("softmax");
        int model = TileCost.cheapest(ways, TARGET, SPEED);
        var left = new AtomicInteger(ways.size());
        var trial = new Known(_ -> left.getAndDecrement());
        var tuned = tune(trial, new WayLimit(3, ANY), List.of(ways)).getFirst();
        assertEquals(3, trial.tried().size());
        assertEquals(ways.get(model), trial.tried().getFirst());
        assertTrue(expected(trial.tried().get(1)) <= expected(trial.tried().get(2)));
        for (var way : tuned.ways()) {
            assertEquals(trial.tried().contains(way.kernel()), way.found().isPresent());
            assertTrue(way.found().isPresent() || way.expected() >= expected(trial.tried().get(2)));
        }
        assertEquals(trial.tried().get(2), tuned.best().kernel(), "each is faster than what was tried before");
        assertEquals(ways.get(model), tuned.ofModel().kernel());
    }

    @Test
    void whatIsExpectedToTakeMuchLongerIsNotTried() {
        var ways = ways("softmax");
        double least = ways.stream().mapToDouble(TunerTest::expected).min().orElseThrow();
        double most = ways.stream().mapToDouble(TunerTest::expected).max().orElseThrow();
        double within = (1 + most / least) / 2;
        var trial = new Known(TunerTest::expected);
        tune(trial, new WayLimit(ways.size(), within), List.of(ways));
        assertEquals(ways.stream().filter(way -> expected(way) <= within * least).toList().size(), trial.tried().size());
        assertTrue(trial.tried().size() < ways.size());
    }

    @Test
    void whatBecomesTheSameCodeIsTriedOnce() {
        var ways = ImmutableList.of(softmax("softmax", 64), softmax("again", 64));
        var trial = new Known(TunerTest::expected);
        var tuned = tune(trial, new WayLimit(1, ANY), List.of(ways)).getFirst();
        assertEquals(1, trial.tried().size());
        assertEquals(tuned.first().found(), tuned.ways().getLast().found());
    }

    @Test
    void eachIsHandedOverAsSoonAsItIsKnown() {
        var done = new ArrayList<String>();
        var trial = new Known(kernel -> {
            if (kernel.name().equals("third")) {
                throw new UserException("`third` cannot be run");
            }
            return expected(kernel);
        });
        var failure = assertThrows(UserException.class, () -> new Tuner(trial, SPEED, new WayLimit(4, ANY))
                .tune(List.of(ways("first"), ways("second"), ways("third"), ways("fourth")), tuned -> done.add(tuned.first().kernel().name())));
        assertEquals("`third` cannot be run", failure.getMessage());
        assertEquals(List.of("first", "second"), done.subList(0, 2));
    }

    @Test
    void severalAtATimeFindTheSameInTheSameOrder() {
        var kernels = List.of(ways("first"), ways("second"), ways("third"), ways("fourth"), ways("fifth"));
        var alone = tune(new Known(TunerTest::expected), new WayLimit(2, ANY), kernels);
        assertEquals(alone, tune(new Known(TunerTest::expected, Collections.synchronizedList(new ArrayList<>()), 3), new WayLimit(2, ANY), kernels));
    }
}
