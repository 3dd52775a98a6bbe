package pleat.ir.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import pleat.ir.diagnostic.DiagnosticsException;
import pleat.ir.diagnostic.Source;

class PlanParserTest {
    private static final String KERNEL = """

            kernel @twice.00.y(%x: f32[6, 4] (0, 1), out %y: f32[6, 4] (1, 0))
                axes(grid i: 6 by 2, whole j: 4) {
              %x[i, j] = load %x[i, j]
              %y[i, j] = %x[i, j] * 2
              store %y[i, j] = %y[i, j]
            }
            """;

    private static final String EVERYTHING = """
            plan @main arena 4096 live 3968 unshared 9999 {
              buffer %m: f32[3, 6, 4] (0, 1, 2) input "m" at 0 bytes 288
              buffer %w: f32[6, 4] (0/16, 1, 0%16) weight "blocks.{i}.w \\"x\\"" at 320 bytes 256
              buffer %ct: f32[6, 4] (1, 0) cotangent "z" at 640 bytes 96
              buffer %y: f32[6, 4] (1, 0) output "y" at 768 bytes 96
              buffer %t: f32[2, 3, 6, 4] (0, 1, 3, 2) temporary at -1 bytes 576
              buffer %scratch: u8[1024] (0) scratch at 2048 bytes 1024
              start 0 all_gather dim 1 (4, 3) among (5, 2) as 1 %m -> %t @ af2/evoformer.pleat:7:1
              start 1 all_to_all dim 1 (4, 3) dim 2 (0, 9) among (5, 2) as 0 %m -> %t
              await 1
              await 0
              loop 2 reversed {
                start 2 reduce_scatter dim 0 (1, 1) max among (0, 1) as 0 %t[288*i0] -> %m
                start 2147483647 all_reduce sum among (3) as 0 %m -> %t[288*i0]
                start 3 halo dim 0 (3) 12 0 among (3) as 0 %m -> %t
                start 4 fold_halo dim 0 (3) 0 1 among (3) as 0 %m -> %t
                copy %m -> %t[288*i0]
                loop 3 {
                  launch @twice.00.y(%m[0*i0 + 96*i1], %t[-288*i0 + 96*i1]) @ af2/evoformer.pleat:14:3
                }
              }
              launch @twice.00.y(%m, %y) @ "my models/a.pleat:1"
              launch @twice.00.y(%m, %y)
            }
            """ + KERNEL;

    @Test
    void canonicalTextIsReadAndWrittenBackByteForByte() {
        assertEquals(EVERYTHING, PlanPrinter.print(PlanParser.parse(new Source("p.ir", EVERYTHING)).plan()));
    }

    @Test
    void spansPointAtBuffersStepsAndKernels() {
        var parsed = PlanParser.parse(new Source("p.ir", EVERYTHING));
        assertEquals(4, parsed.spans().of(parsed.plan().buffers().get(2)).line());
        assertEquals("launch @twice.00.y(%m, %y)", parsed.spans().of(parsed.plan().steps().getLast()).text());
        assertEquals(26, parsed.spans().of(parsed.plan().kernels().get("twice.00.y")).line());
    }

    @Test
    void aReadPlanEqualsThePlanButForTheIdentityOfTiles() {
        var plan = PlanParser.parse(new Source("p.ir", EVERYTHING)).plan();
        var again = PlanParser.parse(new Source("p.ir", EVERYTHING)).plan();
        assertEquals(plan.buffers(), again.buffers());
        assertEquals(plan.steps(), again.steps());
        assertEquals(plan.arena(), again.arena());
    }

    private static void refused(String line, String message, String marked) {
        var text = "plan @main arena 1 live 1 unshared 1 {\n  buffer %a: f32[4] (0) input \"a\" at 0 bytes 16\n" + line + "\n}\n" + KERNEL;
        var thrown = assertThrows(DiagnosticsException.class, () -> PlanParser.parse(new Source("p.ir", text)));
        assertEquals(message, thrown.diagnostics().getFirst().message());
        assertEquals(marked, thrown.diagnostics().getFirst().span().text());
    }

    @Test
    void whatIsNotThereIsNamed() {
        refused("launch @thrice(%a)", "there is no kernel `@thrice` to launch", "@thrice");
        refused("launch @twice.00.y(%b)", "there is no buffer `%b`", "%b");
        refused("copy %a -> %a[16*i1]", "expected `i0`, found `i1`", "i1");
        refused("jump", "expected `launch`, `copy`, `loop`, `start` or `await`, found `jump`", "jump");
    }

    @Test
    void aLayoutHasEachDimOnce() {
        var message = "a layout has each dim once, whole or as one outer and one inner piece";
        refused("buffer %b: f32[4, 4] (0, 0) input \"b\" at 0 bytes 64", message, "(0, 0)");
        refused("buffer %b: f32[4] (0/2, 0%3) input \"b\" at 0 bytes 64", message, "(0/2, 0%3)");
        refused("buffer %b: f32[4] (0/0, 0%0) input \"b\" at 0 bytes 64", message, "(0/0, 0%0)");
    }

    @Test
    void aBufferIsDeclaredOnceAndAKernelToo() {
        refused("buffer %a: f32[4] (0) temporary at 0 bytes 16", "buffer `%a` is declared twice", "%a");
        refused("}" + KERNEL + "kernel @unused() axes() { }\nplan", "expected `kernel`, found `plan`", "plan");
        refused("}" + KERNEL + KERNEL + "; ", "kernel `@twice.00.y` is defined twice",
                "kernel @twice.00.y(%x: f32[6, 4] (0, 1), out %y: f32[6, 4] (1, 0))\n    axes(grid i: 6 by 2, whole j: 4)");
    }
}
