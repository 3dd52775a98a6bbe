package pleat.ir.interp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import pleat.ir.diagnostic.Source;
import pleat.ir.plan.Plan;
import pleat.ir.text.PlanParser;
import pleat.ir.verify.Peers;
import pleat.ir.verify.PlanVerifier;

/** Plans of several devices, interpreted side by side. */
class PlansTogetherTest {
    /** Device d of n has the positions whose digits say so: 100 d, 100 d + 1, ... */
    private static double[] own(int device, int elements) {
        return IntStream.range(0, elements).mapToDouble(e -> 100 * device + e).toArray();
    }

    private static List<Plan> plans(int devices, IntFunction<String> text) {
        var plans = new ArrayList<Plan>();
        for (int d = 0; d < devices; d++) {
            plans.add(PlanVerifier.verified(PlanParser.parse(new Source("p.ir", text.apply(d)))));
        }
        return plans;
    }

    /** One exchange from an input to an output of the given shapes. */
    private static List<double[]> exchange(int devices, IntFunction<String> from, IntFunction<String> to, String what) {
        var plans = plans(devices, d -> """
                plan @p arena 8192 live 0 unshared 0 {
                  buffer %%x: f32[%s] (0, 1) input "x" at 0 bytes %d
                  buffer %%y: f32[%s] (0, 1) output "y" at 4096 bytes %d
                  start 0 %s as %d %%x -> %%y
                  await 0
                }
                """.formatted(from.apply(d), 4 * elements(from.apply(d)), to.apply(d), 4 * elements(to.apply(d)), what, d));
        assertEquals(Optional.empty(), Peers.mismatch(plans));
        return PlanInterpreter.run(plans, (d, buffer) -> NdArray.of(own(d, (int) buffer.type().elements()), buffer.type().shape())).stream()
                .map(outputs -> outputs.get("y").toArray()).toList();
    }

    private static int elements(String shape) {
        return java.util.Arrays.stream(shape.split(", ")).mapToInt(Integer::parseInt).reduce(1, (a, b) -> a * b);
    }

    @Test
    void gatheredPartsStandBesideEachOther() {
        var results = exchange(2, d -> d == 0 ? "2, 2" : "2, 1", _ -> "2, 3", "all_gather dim 1 (2, 1) among (0, 1)");
        assertArrayEquals(new double[] {0, 1, 100, 2, 3, 101}, results.get(0));
        assertArrayEquals(results.get(0), results.get(1));
    }

    @Test
    void whatIsReducedIsCombinedElementByElement() {
        var largest = exchange(3, _ -> "2, 2", _ -> "2, 2", "all_reduce max among (0, 1, 2)");
        assertArrayEquals(new double[] {200, 201, 202, 203}, largest.get(1));
        var scattered = exchange(2, _ -> "3, 1", d -> d == 0 ? "2, 1" : "1, 1", "reduce_scatter dim 0 (2, 1) sum among (0, 1)");
        assertArrayEquals(new double[] {100, 102}, scattered.get(0));
        assertArrayEquals(new double[] {104}, scattered.get(1));
    }

    @Test
    void partsOfOneDimBecomePartsOfAnother() {
        var results = exchange(2, d -> d == 0 ? "2, 3" : "1, 3", d -> d == 0 ? "3, 1" : "3, 2", "all_to_all dim 0 (2, 1) dim 1 (1, 2) among (0, 1)");
        assertArrayEquals(new double[] {0, 3, 100}, results.get(0));
        assertArrayEquals(new double[] {1, 2, 4, 5, 101, 102}, results.get(1));
    }

    @Test
    void aHaloReachesOverAsManyNeighboursAsItTakes() {
        var shapes = List.of("3, 1", "4, 1", "3, 1", "2, 1");
        var results = exchange(4, _ -> "1, 1", shapes::get, "halo dim 0 (1, 1, 1, 1) 1 2 among (0, 1, 2, 3)");
        assertArrayEquals(new double[] {0, 100, 200}, results.get(0));
        assertArrayEquals(new double[] {0, 100, 200, 300}, results.get(1));
        assertArrayEquals(new double[] {100, 200, 300}, exchange(4, _ -> "1, 1", d -> d == 2 ? "3, 1" : d == 1 ? "3, 1" : "2, 1",
                "halo dim 0 (1, 1, 1, 1) 1 1 among (0, 1, 2, 3)").get(2));
    }

    @Test
    void whatLiesTwiceIsFoldedIntoASum() {
        var results = exchange(2, _ -> "3, 1", _ -> "2, 1", "fold_halo dim 0 (2, 2) 1 1 among (0, 1)");
        assertArrayEquals(new double[] {0, 1 + 100}, results.get(0));
        assertArrayEquals(new double[] {2 + 101, 102}, results.get(1));
    }

    private static final String PIPELINE = """
            plan @p arena 4096 live 0 unshared 0 {
              buffer %%x: f32[3, 2] (0, 1) input "x" at 0 bytes 24
              buffer %%t: f32[2] (0) temporary at 64 bytes 8
              buffer %%y: f32[3, 2] (0, 1) output "y" at 128 bytes 24
              loop 3 reversed {
                start 7 all_reduce sum among (0, 1) as %d %%x[8*i0] -> %%t
                await 7
                copy %%t -> %%y[8*i0]
              }
            }
            """;

    @Test
    void exchangesInLoopsAreMadeAgainWithOtherSlices() {
        var results = PlanInterpreter.run(plans(2, PIPELINE::formatted), (d, buffer) -> NdArray.of(own(d, 6), buffer.type().shape()));
        assertArrayEquals(new double[] {100, 102, 104, 106, 108, 110}, results.get(0).get("y").toArray());
        assertEquals(results.get(0).get("y").toString(), results.get(1).get("y").toString());
    }

    @Test
    void whoeverComesToSomethingElseIsNamedWithBothSides() {
        var plans = List.of(plans(2, PIPELINE::formatted).get(0), plans(2, d -> PIPELINE.formatted(d).replace("sum", "max")).get(1));
        assertEquals(Optional.of("device 0 is at its exchange 1, `all_reduce sum among (0, 1) of f32[2] in (0)`, "
                + "and device 1 is at its exchange 1, `all_reduce max among (0, 1) of f32[2] in (0)`"), Peers.mismatch(plans));
        assertThrows(IllegalStateException.class, () -> PlanInterpreter.run(plans, (d, buffer) -> NdArray.of(own(d, 6), buffer.type().shape())));
    }

    @Test
    void whoeverEndsEarlyIsNamed() {
        var shorter = PlanParser.parse(new Source("p.ir", PIPELINE.formatted(1).replace("loop 3", "loop 2"))).plan();
        var plans = List.of(plans(2, PIPELINE::formatted).get(0), shorter);
        assertEquals(Optional.of("device 0 is at its exchange 3, `all_reduce sum among (0, 1) of f32[2] in (0)`, "
                + "and device 1 has ended after 2 exchanges"), Peers.mismatch(plans));
        var thrown = assertThrows(IllegalStateException.class,
                () -> PlanInterpreter.run(plans, (d, buffer) -> NdArray.of(own(d, 6), buffer.type().shape())));
        assertEquals("every device waits for another: `all_reduce sum among (0, 1) of [2]` waits for device 1", thrown.getMessage());
    }

    @Test
    void aDeviceThatIsNotThereCannotTakePart() {
        assertEquals(Optional.of("device 0 is at `all_reduce sum among (0, 1) of f32[2] in (0)`, but there are 1 devices"),
                Peers.mismatch(plans(1, PIPELINE::formatted)));
    }

    @Test
    void aResultThatIsReadBeforeItIsAwaitedIsReported() {
        var text = PIPELINE.formatted(0).replace("await 7\n    copy %t -> %y[8*i0]", "copy %t -> %y[8*i0]\n    await 7").replace("(0, 1) as", "(0) as");
        var plan = PlanParser.parse(new Source("p.ir", text)).plan();
        var thrown = assertThrows(IllegalStateException.class, () -> PlanInterpreter.run(plan, buffer -> NdArray.of(own(0, 6), buffer.type().shape())));
        assertEquals("a copy reads buffer `t` before the exchange that fills it is awaited", thrown.getMessage());
    }

    @Test
    void bytesThatAreSentFollowFromThePlan() {
        var text = PIPELINE.formatted(1).replace("all_reduce sum", "all_gather dim 0 (4, 2)").replace("%t: f32[2] (0) temporary at 64 bytes 8",
                "%t: f32[6] (0) temporary at 64 bytes 24");
        var loop = (Plan.Step.Loop) PlanParser.parse(new Source("p.ir", text)).plan().steps().getFirst();
        var start = (Plan.Step.Start) loop.steps().getFirst();
        assertEquals(2, start.exchange().sentElements(new long[] {6}));
        var reduced = (Plan.Step.Start) ((Plan.Step.Loop) plans(2, PIPELINE::formatted).get(0).steps().getFirst()).steps().getFirst();
        assertEquals(5 - 3 + 3, reduced.exchange().sentElements(new long[] {5}));
        assertEquals(ImmutableMap.of(0, 5L, 1, 5L), ImmutableMap.of(0, reduced.exchange().sentElements(new long[] {5}), 1,
                new pleat.ir.plan.Exchange(reduced.exchange().pattern(), new pleat.ir.plan.Exchange.Group(reduced.exchange().group().devices(), 1))
                        .sentElements(new long[] {5})));
    }
}
