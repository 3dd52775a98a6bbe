package pleat.passes.schedule;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.ir.diagnostic.Source;
import pleat.ir.interp.Interpreter;
import pleat.ir.interp.NdArray;
import pleat.ir.interp.PlanInterpreter;
import pleat.ir.mesh.Split;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Step;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Parser;
import pleat.ir.text.PlanPrinter;
import pleat.ir.verify.Peers;
import pleat.ir.verify.PlanVerifier;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.tile.TileTarget;

/** Modules of several devices become plans that compute, side by side, what one device computes. */
class DevicePlansTest {
    private static final int ROWS = 7;

    /** Two rounds of {@code x := rows of (x xT) w, with the row's mean taken off}, and the sum of all at the end. */
    private static final String WHOLE = """
            module tensor @whole entry @main {
              func @round(%x: f32[7, 6], %w: f32[6, 6]) {
                %a = sum(c: 6) %x[i, c] * %x[j, c] -> f32[i: 7, j: 7]
                %m = sum(j: 7) %a[i, j] / 7 -> f32[i: 7]
                %d = %a[i, j] - %m[i] -> f32[i: 7, j: 7]
                %y = sum(j: 7) %d[i, j] * %x[j, c] -> f32[i: 7, c: 6]
                %z = sum(c: 6) %y[i, c] * %w[o, c] -> f32[i: 7, o: 6]
                %x2 = %x[i, c] + 0.1 * %z[i, c] -> f32[i: 7, c: 6]
                %s = sum(i: 7) %x2[i, c] -> f32[c: 6]
                return %x2, %s
              }
              func @main(input %x: f32[7, 6] "x", weight %w: f32[2, 6, 6] "w.{i}") {
                %y, %s = repeat 2 @round carried(%x) invariant() sliced(%w) -> f32[7, 6], f32[2, 6]
                %t = sum(i: 7) %y[i, c] -> f32[c: 6]
                %u = %y[i + 0, c] * %t[c] -> f32[i: 7, c: 6]
                return %u "u", %s "s", %t "t"
              }
            }
            """;

    /** The same with rows split: the whole x is gathered, which other work does not wait for. */
    private static final String PART = """
            module tensor @part mesh(rows = N) device(rows = D) entry @main {
              func @round(%x: f32[M, 6], %w: f32[6, 6]) {
                %all = all_gather %x along rows 0: 7 by 1 -> f32[7, 6]
                %w2 = vary %w along rows -> f32[6, 6]
                %k = sum(c: 6) %x[i, c] * %w2[o, c] -> f32[i: M, o: 6]
                %a = sum(c: 6) %x[i, c] * %all[j, c] -> f32[i: M, j: 7]
                %m = sum(j: 7) %a[i, j] / 7 -> f32[i: M]
                %d = %a[i, j] - %m[i] -> f32[i: M, j: 7]
                %y = sum(j: 7) %d[i, j] * %all[j, c] -> f32[i: M, c: 6]
                %z = sum(c: 6) %y[i, c] * %w2[o, c] -> f32[i: M, o: 6]
                %x2 = %x[i, c] + 0.1 * %z[i, c] + 0 * %k[i, c] -> f32[i: M, c: 6]
                %p = sum(i: M) %x2[i, c] -> f32[c: 6]
                %s = all_reduce %p along rows sum -> f32[6]
                return %x2, %s
              }
              func @main(input %x: f32[7, 6] "x", weight %w: f32[2, 6, 6] "w.{i}") {
                %own = slice %x along rows 0: 7 by 1 -> f32[M, 6]
                %y, %s = repeat 2 @round carried(%own) invariant() sliced(%w) -> f32[M, 6], f32[2, 6]
                %p = sum(i: M) %y[i, c] -> f32[c: 6]
                %t = all_reduce %p along rows sum -> f32[6]
                %u = %y[i + 0, c] * %t[c] -> f32[i: M, c: 6]
                return %u "u", %s "s", %t "t"
              }
            }
            """;

    private static TensorModule parse(String text) {
        return PassManager.quiet().run(Parser.parse(new Source("d.ir", text)).module(), Pipelines.beforeTiling());
    }

    private static List<Plan> plans(int devices, Scheduler.Options options) {
        var plans = new ArrayList<Plan>();
        for (int d = 0; d < devices; d++) {
            long rows = new Split("rows", 0, ROWS, 1).part(devices, d).extent();
            var module = parse(PART.replace("N)", devices + ")").replace("D)", d + ")").replace("M", Long.toString(rows)));
            plans.add(PlanVerifier.verified(Placement.place(Scheduler.schedule(module, TileTarget.HOST, options), 64), "scheduling"));
        }
        return plans;
    }

    private static Map<String, NdArray> inputs() {
        return Map.of("x", NdArray.of(IntStream.range(0, 42).mapToDouble(i -> Math.sin(i)).toArray(), 7, 6),
                "w.{i}", NdArray.of(IntStream.range(0, 72).mapToDouble(i -> Math.cos(3 * i)).toArray(), 2, 6, 6));
    }

    @ParameterizedTest
    @CsvSource({"1, true, true", "2, true, true", "2, false, true", "3, true, false", "5, false, false", "7, true, true"})
    void devicesTogetherComputeWhatOneDoes(int devices, boolean fuse, boolean overlap) {
        var plans = plans(devices, new Scheduler.Options(fuse, overlap));
        assertEquals(Optional.empty(), Peers.mismatch(plans));
        var whole = Interpreter.run(parse(WHOLE), parameter -> inputs().get(parameter.external()), Interpreter.Options.EXACT);
        var parts = PlanInterpreter.run(plans, (_, buffer) -> inputs().get(buffer.place().external()));
        var rows = parts.stream().flatMapToDouble(outputs -> Arrays.stream(outputs.get("u").toArray())).toArray();
        assertArrayEquals(whole.get("u").toArray(), rows, 1e-9);
        for (ImmutableMap<String, NdArray> outputs : parts) {
            assertArrayEquals(whole.get("t").toArray(), outputs.get("t").toArray(), 1e-9);
            assertArrayEquals(whole.get("s").toArray(), outputs.get("s").toArray(), 1e-9);
        }
    }

    /** The letters of the steps of a loop's body: start, await, launch. */
    private static String order(Plan plan) {
        var loop = plan.steps().stream().filter(Step.Loop.class::isInstance).map(Step.Loop.class::cast).findFirst().orElseThrow();
        return loop.steps().stream().map(step -> switch (step) {
            case Step.Start start -> "s" + start.flight() + " ";
            case Step.Await await -> "a" + await.flight() + " ";
            case Step.Launch _ -> "L ";
            case Step.Copy _ -> "C ";
            case Step.Loop _ -> "O ";
        }).collect(Collectors.joining());
    }

    @Test
    void whatNeedsNoResultRunsWhileItIsOnItsWay() {
        var beside = order(plans(2, new Scheduler.Options(false, true)).getFirst());
        assertTrue(beside.startsWith("s0 L a0 L "), beside);
        var after = order(plans(2, new Scheduler.Options(false, false)).getFirst());
        assertTrue(after.startsWith("s0 a0 L L "), after);
    }

    @Test
    void aPlanWithExchangesIsReadBackAsItWasWritten() {
        var plan = plans(3, new Scheduler.Options(true, true)).get(2);
        var text = PlanPrinter.print(plan);
        assertTrue(text.contains("all_gather dim 0 (3, 2, 2) among (0, 1, 2) as 2"), text);
        assertEquals(text, PlanPrinter.print(pleat.ir.text.PlanParser.parse(new Source("p.ir", text)).plan()));
    }

    @Test
    void whatIsUnderWayKeepsItsPlaceAtBothEnds() {
        var kinds = new LinkedHashMap<String, Long>();
        for (boolean overlap : new boolean[] {true, false}) {
            kinds.put(overlap ? "beside" : "after", plans(2, new Scheduler.Options(false, overlap)).getFirst().arena().liveBytes());
        }
        assertTrue(kinds.get("beside") >= kinds.get("after"), kinds.toString());
    }
}
