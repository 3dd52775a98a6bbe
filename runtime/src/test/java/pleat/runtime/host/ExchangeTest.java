package pleat.runtime.host;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pleat.ir.diagnostic.DeviceException;
import pleat.ir.interp.NdArray;
import pleat.ir.interp.PlanInterpreter;
import pleat.ir.plan.Plan;
import pleat.ir.type.DType;
import pleat.runtime.collective.Collectives.Landing;
import pleat.runtime.collective.Route;
import pleat.runtime.collective.ThreadCollectives;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorHeader;

/** Exchanges between threads do what the plan interpreter says, and what goes wrong on one device ends all with its name. */
@Timeout(60)
class ExchangeTest {
    private static final String SEED_HELP = "seed ";

    /** What one device has and gets, outside of any arena. */
    private static double[] run(Plan plan, ThreadCollectives collectives, double[] values, boolean atOnce) {
        var start = (Plan.Step.Start) plan.steps().getFirst();
        var route = Route.of(plan, start);
        try (var arena = Arena.ofShared()) {
            var x = plan.buffers().get(0);
            var y = plan.buffers().get(1);
            var operand = arena.allocate(Math.max(4, x.place().bytes()), 64).asSlice(0, x.place().bytes());
            var result = arena.allocate(Math.max(4, y.place().bytes()), 64).asSlice(0, y.place().bytes());
            LayoutCodec.pack(x.type(), x.layout(), rowMajor(values, x, arena), operand);
            Landing landing = collectives.start(route, operand, result, atOnce).await();
            assertEquals(route.sentBytes(), landing.sentBytes(), route.text());
            var bytes = arena.allocate(Math.max(4, y.type().bytes()), 64).asSlice(0, y.type().bytes());
            LayoutCodec.unpack(y.type(), y.layout(), result, bytes);
            return new TensorData(TensorHeader.of(y.type().dtype(), y.type().shape()), bytes).toDoubles();
        }
    }

    private static MemorySegment rowMajor(double[] values, Plan.Buffer buffer, Arena arena) {
        var memory = arena.allocate(Math.max(4, buffer.type().bytes()), 64).asSlice(0, buffer.type().bytes());
        var tensor = buffer.type().dtype() == DType.I32
                ? TensorData.ofLongs(java.util.Arrays.stream(values).mapToLong(v -> (long) v).toArray(), buffer.type().shape())
                : TensorData.ofDoubles(values, buffer.type().shape());
        tensor.copyTo(memory, buffer.type().dtype());
        return memory;
    }

    private static <T> List<T> together(int devices, IntFunction<Callable<T>> work) throws Exception {
        try (var threads = Executors.newFixedThreadPool(devices)) {
            var running = IntStream.range(0, devices).mapToObj(d -> threads.submit(work.apply(d))).toList();
            var results = new ArrayList<T>();
            for (var one : running) {
                results.add(one.get(30, TimeUnit.SECONDS));
            }
            return results;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void threadsExchangeWhatThePlanSays(boolean atOnce) throws Exception {
        for (long seed = 0; seed < 60; seed++) {
            long number = seed;
            var plans = RandomExchange.plans(new Random(seed));
            var expected = PlanInterpreter.run(plans, (d, buffer) -> NdArray.of(RandomExchange.values(d, buffer, number), buffer.type().shape()));
            var collectives = ThreadCollectives.of(plans.stream().map(_ -> "p").toList());
            var found = together(plans.size(), d -> () -> run(plans.get(d), collectives.get(d), RandomExchange.values(d, plans.get(d).buffers().getFirst(), number), atOnce));
            for (int d = 0; d < plans.size(); d++) {
                assertArrayEquals(expected.get(d).get("y").toArray(), found.get(d), SEED_HELP + seed + ", device " + d + ": " + plans.get(d).steps());
            }
            collectives.forEach(ThreadCollectives::close);
        }
    }

    private static Plan reduction(int members, int self, String reduction) {
        return RandomExchange.plan("f32", List.of(0), new int[] {1000}, new int[] {1000}, "all_reduce " + reduction, members, self);
    }

    private static String refusal(int devices, IntFunction<Callable<double[]>> work) {
        var thrown = assertThrows(ExecutionException.class, () -> together(devices, work));
        assertTrue(thrown.getCause() instanceof DeviceException, thrown.toString());
        return thrown.getCause().getMessage();
    }

    @Test
    void whoeverComesWithAnotherExchangeEndsTheRunWithBothSides() {
        var plans = List.of(reduction(2, 0, "sum"), reduction(2, 1, "max"));
        var collectives = ThreadCollectives.of(List.of("a", "a"));
        var message = refusal(2, d -> () -> run(plans.get(d), collectives.get(d), new double[1000], true));
        assertTrue(message.matches("device [01] is at exchange 1 of plan a, `all_reduce (sum|max) .*`, and device [01] is at exchange 1 of plan a, `.*`"), message);
    }

    @Test
    void whoeverComesWithAnotherPlanEndsTheRunWithBothSides() {
        var collectives = ThreadCollectives.of(List.of("a", "b"));
        var message = refusal(2, d -> () -> run(reduction(2, d, "sum"), collectives.get(d), new double[1000], false));
        assertTrue(message.contains("of plan a,") && message.contains("of plan b,"), message);
    }

    @Test
    void aDeviceThatFailsIsNamedToTheOthers() {
        var collectives = ThreadCollectives.of(List.of("a", "a", "a"));
        var message = refusal(3, d -> () -> {
            if (d == 1) {
                collectives.get(1).fail(new IllegalStateException("out of luck"));
                return new double[0];
            }
            return run(reduction(3, d, "sum"), collectives.get(d), new double[1000], d == 0);
        });
        assertEquals("device 1 failed: out of luck", message);
    }

    @Test
    void aDeviceThatHasEndedIsNotWaitedFor() {
        var collectives = ThreadCollectives.of(List.of("a", "a"));
        var message = refusal(2, d -> () -> {
            if (d == 1) {
                collectives.get(1).close();
                return new double[0];
            }
            return run(reduction(2, d, "sum"), collectives.get(d), new double[1000], true);
        });
        assertEquals("device 0 is at exchange 1 of plan a, `all_reduce sum among (0, 1) of f32[1000] in (0)`, and device 1 has ended its plan", message);
    }
}
