package pleat.passes.schedule;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import pleat.ir.interp.NdArray;
import pleat.ir.interp.PlanInterpreter;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Step;
import pleat.ir.text.Parser;
import pleat.ir.verify.PlanVerifier;
import pleat.passes.tile.TileTarget;

/** What needs nothing of each other is together, in an order that gives the same numbers. */
class LaunchBatchesTest {
    private static final String MODULE = """
            module tensor @m entry @main {
              func @main(input %x: f32[4] "x", input %z: f32[3] "z") {
                %a = sum(i: 4) %x[i] -> f32[]
                %b = %a[] * %x[i] -> f32[i: 4]
                %c = sum(i: 3) %z[i] -> f32[]
                %d = %c[] * %z[i] -> f32[i: 3]
                return %a "a", %b "b", %c "c", %d "d"
              }
            }
            """;

    private static Plan plan() {
        // Every equation is a kernel of its own.
        return PlanVerifier.verified(Placement.place(Scheduler.schedule(Parser.parse("m.ir", MODULE), TileTarget.HOST, false), 64), "placement");
    }

    private static List<String> kernels(Plan plan) {
        return plan.steps().stream().filter(Step.Launch.class::isInstance).map(step -> ((Step.Launch) step).kernel()).toList();
    }

    @Test
    void sumsAreTogetherAndThenWhatNeedsThem() {
        var plan = plan();
        assertEquals(List.of("main.00.a", "main.01.b", "main.02.c", "main.03.d"), kernels(plan));
        var batched = LaunchBatches.of(plan, _ -> 128);
        assertEquals(List.of(ImmutableList.of("main.00.a", "main.02.c"), ImmutableList.of("main.01.b", "main.03.d")), batched.batches());
        assertEquals(List.of("main.00.a", "main.02.c", "main.01.b", "main.03.d"), kernels(batched.plan()));
        PlanVerifier.verified(batched.plan(), "batches");
        var expected = run(plan);
        run(batched.plan()).forEach((name, array) -> assertArrayEquals(expected.get(name).toArray(), array.toArray(), name));
    }

    @Test
    void whatIsOfAnotherKindIsNot() {
        assertEquals(List.of(), LaunchBatches.of(plan(), kernel -> kernel.contains(".02.") || kernel.contains(".03.") ? 256 : 128).batches());
    }

    @Test
    void aLaunchThatIsNotSmallStaysWhereItIs() {
        var batched = LaunchBatches.of(plan(), kernel -> kernel.equals("main.01.b") ? -1 : 128);
        assertEquals(kernels(plan()), kernels(batched.plan()));
        assertEquals(List.of(), batched.batches());
    }

    private static Map<String, NdArray> run(Plan plan) {
        return PlanInterpreter.run(plan, buffer -> NdArray.of(buffer.place().external().equals("x") ? new double[] {1, 2, 3, 4} : new double[] {5, 6, 7},
                buffer.type().shape()));
    }
}
