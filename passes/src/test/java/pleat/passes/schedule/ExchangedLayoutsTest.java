package pleat.passes.schedule;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import pleat.ir.diagnostic.Source;
import pleat.ir.interp.Interpreter;
import pleat.ir.interp.NdArray;
import pleat.ir.interp.PlanInterpreter;
import pleat.ir.kernel.Layout;
import pleat.ir.mesh.Split;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Step;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Parser;
import pleat.ir.verify.Peers;
import pleat.ir.verify.PlanVerifier;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.tile.TileTarget;

/** What is sent lies as the products that read it want it, on all devices alike. */
class ExchangedLayoutsTest {
    private static final int ROWS = 8;

    /** For each channel c a product of matrices over k. */
    private static final String WHOLE = """
            module tensor @whole entry @main {
              func @main(input %x: f32[8, 6, 4] "x") {
                %a = 2 * %x[i, k, c] -> f32[i: 8, k: 6, c: 4]
                %t = sum(k: 6) %a[i, k, c] * %a[j, k, c] -> f32[i: 8, j: 8, c: 4]
                %u = %t[i, j, c] + 1 -> f32[i: 8, j: 8, c: 4]
                return %u "u"
              }
            }
            """;

    private static final String PART = """
            module tensor @part mesh(rows = N) device(rows = D) entry @main {
              func @main(input %x: f32[8, 6, 4] "x") {
                %own = slice %x along rows 0: 8 by 1 -> f32[M, 6, 4]
                %a = 2 * %own[i, k, c] -> f32[i: M, k: 6, c: 4]
                %all = all_gather %a along rows 0: 8 by 1 -> f32[8, 6, 4]
                %t = sum(k: 6) %a[i, k, c] * %all[j, k, c] -> f32[i: M, j: 8, c: 4]
                %u = %t[i, j, c] + 1 -> f32[i: M, j: 8, c: 4]
                return %u "u"
              }
            }
            """;

    /** The same, which finds its own rows again in what was gathered. */
    private static final String AGAIN = PART.replace("%t = sum(k: 6) %a[i, k, c]", "%t = sum(k: 6) %all[i + S, k, c]");

    private static TensorModule parse(String text) {
        return PassManager.quiet().run(Parser.parse(new Source("e.ir", text)).module(), Pipelines.beforeTiling());
    }

    private static List<Plan> plans(String part, int devices, boolean plain) {
        return IntStream.range(0, devices).mapToObj(d -> {
            var own = new Split("rows", 0, ROWS, 1).part(devices, d);
            var module = parse(part.replace("N)", devices + ")").replace("D)", d + ")").replace("M", Long.toString(own.extent()))
                    .replace("S", Long.toString(own.start())));
            return PlanVerifier.verified(Placement.place(Scheduler.schedule(module, TileTarget.HOST, new Scheduler.Options(false, true, false, plain)), 64),
                    "scheduling");
        }).toList();
    }

    private static void gathersIn(Layout layout, List<Plan> plans) {
        for (Plan plan : plans) {
            var start = (Step.Start) plan.steps().stream().filter(Step.Start.class::isInstance).findFirst().orElseThrow();
            assertEquals(layout, plan.buffers().get(start.from().buffer()).layout());
            assertEquals(layout, plan.buffers().get(start.to().buffer()).layout());
        }
    }

    private static void computesTheWhole(List<Plan> plans) {
        assertEquals(Optional.empty(), Peers.mismatch(plans));
        var x = NdArray.of(IntStream.range(0, 192).mapToDouble(Math::sin).toArray(), 8, 6, 4);
        var whole = Interpreter.run(parse(WHOLE), _ -> x, Interpreter.Options.EXACT);
        var parts = PlanInterpreter.run(plans, (_, _) -> x);
        assertArrayEquals(whole.get("u").toArray(), parts.stream().flatMapToDouble(outputs -> Arrays.stream(outputs.get("u").toArray())).toArray(), 1e-9);
    }

    @Test
    void aGatheredOperandHasItsBatchDimsOutermost() {
        var plans = plans(PART, 2, false);
        gathersIn(Layout.ofOrder(List.of(2, 0, 1)), plans);
        computesTheWhole(plans);
    }

    @Test
    void whereAPartStartsDoesNotMatter() {
        var plans = plans(AGAIN, 2, false);
        gathersIn(Layout.ofOrder(List.of(2, 0, 1)), plans);
        computesTheWhole(plans);
    }

    @Test
    void devicesThatDoNotAgreeKeepTheOrderOfTheirDims() {
        var plans = plans(PART, 2, true);
        gathersIn(Layout.rowMajor(3), plans);
        computesTheWhole(plans);
    }

    @Test
    void unequalPartsKeepTheOrderOfTheirDims() {
        var plans = plans(PART, 3, false);
        gathersIn(Layout.rowMajor(3), plans);
        computesTheWhole(plans);
    }
}
