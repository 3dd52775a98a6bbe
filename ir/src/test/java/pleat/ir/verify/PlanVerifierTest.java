package pleat.ir.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import pleat.ir.diagnostic.Source;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.KernelAxis;
import pleat.ir.kernel.Layout;
import pleat.ir.kernel.Tile;
import pleat.ir.kernel.TileOp;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Argument;
import pleat.ir.plan.Plan.Step;
import pleat.ir.text.PlanParser;
import pleat.ir.type.DType;
import pleat.ir.type.TensorType;

/** What a text cannot say; what it can say is in tests/verify. */
class PlanVerifierTest {
    private static final String DOUBLE = """
            plan @main arena 1024 live 192 unshared 192 {
              buffer %x: f32[4] (0) input "x" at 0 bytes 16
              buffer %y: f32[4] (0) output "y" at 64 bytes 16
              launch @twice(%x, %y)
            }

            kernel @twice(%x: f32[4] (0), out %y: f32[4] (0)) axes(grid i: 4 by 2) {
              %x[i] = load %x[i]
              %y[i] = %x[i] * 2
              store %y[i] = %y[i]
            }
            """;

    private final Plan plan = PlanParser.parse(new Source("p.ir", DOUBLE)).plan();

    private static List<String> messages(Plan plan) {
        return PlanVerifier.check(plan).stream().map(d -> d.code().id() + " " + d.message()).toList();
    }

    private Plan with(ImmutableMap<String, Kernel> kernels, Step... steps) {
        return new Plan(plan.name(), kernels, plan.buffers(), ImmutableList.copyOf(steps), plan.arena());
    }

    @Test
    void aKernelGoesByItsName() {
        var wrong = with(ImmutableMap.of("twice", plan.kernels().get("twice"), "thrice", plan.kernels().get("twice")));
        assertEquals("I0401 kernel `@twice` is filed as `@thrice`", messages(wrong).getFirst());
    }

    @Test
    void stepsUseWhatIsThere() {
        var launch = new Step.Launch("none", ImmutableList.of(), "");
        var copy = new Step.Copy(Argument.whole(0), Argument.whole(7));
        assertEquals(List.of("I0401 there is no kernel `@none`", "I0405 the plan has 2 buffers, and this uses number 7"),
                messages(with(plan.kernels(), launch, copy)));
    }

    @Test
    void aPlanMadeInMemoryIsShownWithItsText() {
        var wrong = with(plan.kernels(), plan.steps().getFirst(), new Step.Copy(Argument.whole(1), Argument.whole(1)));
        var thrown = assertThrows(IllegalStateException.class, () -> PlanVerifier.verified(wrong, "a test"));
        assertTrue(thrown.getMessage().startsWith("wrong plan after a test\nerror[I0408]: the step writes `%y` where it also has `%y`\n --> @main:5:3\n"),
                thrown.getMessage());
    }

    @Test
    void anAxisOrBufferThatDoesNotExistIsReportedAndLeadsNoFurther() {
        var tile = new Tile("t", List.of(3));
        var body = ImmutableList.<TileOp>of(new TileOp.Load(tile, 0, pleat.ir.index.Access.bare(3)), new TileOp.Load(new Tile("u", List.of(0)), 9,
                pleat.ir.index.Access.bare(0)));
        var vector = TensorType.of(DType.F32, 4);
        var kernel = new Kernel("k", ImmutableList.of(new Kernel.Parameter("x", vector, Layout.rowMajor(1), Kernel.Mode.IN)),
                ImmutableList.of(new KernelAxis("i", 4, 1, KernelAxis.Role.GRID)), body);
        assertEquals(List.of("the kernel has 1 axes, and this uses number 3", "the kernel has 1 parameters, and this uses number 9"),
                KernelVerifier.check(kernel).stream().map(d -> d.message()).toList());
    }

    @Test
    void longLoopsAreCheckedOrRefusedButNeverWaitedFor() {
        var again = new Step.Loop(1L << 60, false, ImmutableList.of(plan.steps().getFirst()));
        assertEquals(List.of(), messages(with(plan.kernels(), again)));
        var wide = PlanParser.parse(new Source("p.ir", """
                plan @wide arena 8589935104 live 8589934592 unshared 8589934592 {
                  buffer %x: u8[8589934592] (0) input "x" at 0 bytes 8589934592
                  buffer %y: u8[] () temporary at 8589934592 bytes 1
                  loop 8589934592 {
                    copy %x[1*i0] -> %y
                  }
                }
                """)).plan();
        assertEquals(List.of("I0406 the plan steps through slices 17179869184 times, more often than can be checked"), messages(wide));
    }

    @Test
    void whatIsRightIsReturned() {
        assertEquals(plan, PlanVerifier.verified(plan, "a test"));
        assertEquals(plan.kernels().get("twice"), KernelVerifier.verified(plan.kernels().get("twice"), "a test"));
    }
}
