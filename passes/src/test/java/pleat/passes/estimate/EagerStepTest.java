package pleat.passes.estimate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import org.junit.jupiter.api.Test;
import pleat.ir.text.Parser;
import pleat.ir.type.DType;
import pleat.passes.machine.Device;
import pleat.passes.machine.Execution;
import pleat.passes.machine.Fabric;
import pleat.passes.machine.Machine;
import pleat.passes.machine.Prices;

/** What an eager framework allocates and starts, counted by hand. A tensor of 64 x 64 in f16 has 8 KiB, and a second moves one of them. */
final class EagerStepTest {
    private static final long UNIT = 64 * 64 * 2;
    private static final Prices PRICES = new Prices(new Machine("unit", new Machine.Origin(Machine.Kind.DATASHEET, "a test", ""),
            new Device(new Device.Rates(ImmutableMap.of(DType.F32, 1e30), ImmutableMap.of(DType.F32, 1e30)), new Device.Memory(1 << 30, UNIT, 1), 0,
                    ImmutableMap.of()), new Fabric(ImmutableList.of(), ImmutableList.of(new Fabric.Link(Integer.MAX_VALUE, 0, 1)))), Execution.EAGER, DType.F16);

    private static Estimate run(String body, Training training) {
        return EagerStep.of(Parser.parse("test.ir", "module tensor @m entry @main {\n  func @main(input %x: f32[64, 64] \"x\", weight %w: f32[64, 64] \"w\") {\n"
                + body + "  }\n}\n"), training, Recompute.NONE, PRICES);
    }

    private static final String PRODUCT = "    %p = sum(k: 64) %x[i, k] * %w[j, k] -> f32[i: 64, j: 64]\n";

    /** Two operands are read and one result is written. */
    @Test
    void aProductIsOneKernel() {
        var estimate = run(PRODUCT + "    return %p \"p\"\n", Training.INFERENCE);
        assertEquals(3, estimate.seconds(), 1e-9);
        assertEquals(3 * UNIT, estimate.peakBytes());
    }

    /** The result of every function in a body is a tensor; the operand goes when the next one is there. */
    @Test
    void aBodyIsAsManyKernelsAsFunctions() {
        var estimate = run(PRODUCT + "    %y = sigmoid(2 * %p[i, j]) * %p[i, j] -> f32[i: 64, j: 64]\n    return %y \"y\"\n", Training.INFERENCE);
        assertEquals(3 + 2 + 2 + 3, estimate.seconds(), 1e-9);
        assertEquals((2 + 3) * UNIT, estimate.peakBytes());
    }

    /** An operand that does not lie as a product wants it is copied. */
    @Test
    void operandsInAnotherOrderAreCopied() {
        var turned = "    %b = sum(k: 64) %p[k, i] * %x[k, j] -> f32[i: 64, j: 64]\n";
        assertEquals(3 + 3, run(PRODUCT + turned + "    return %b \"b\"\n", Training.INFERENCE).seconds(), 1e-9);
        var batched = "    %q = %p[i, 8*h + c] * 1 -> f32[i: 64, h: 8, c: 8]\n    %b = sum(c: 8) %q[i, h, c] * %q[j, h, c] -> f32[h: 8, i: 64, j: 64]\n";
        // A move is no kernel; both sides are copied to heads first, and the scores have eight times the elements of an operand.
        assertEquals(3 + 2 + 2 + 2 + (1 + 1 + 8), run(PRODUCT + batched + "    return %b \"b\"\n", Training.INFERENCE).seconds(), 1e-9);
    }

    private static final String SOFTMAX = """
                %peak = max(j: 64) %p[i, j] -> f32[i: 64]
                %e = exp(%p[i, j] - stop(%peak[i])) -> f32[i: 64, j: 64]
                %total = sum(j: 64) %e[i, j] -> f32[i: 64]
                %y = %e[i, j] / %total[i] -> f32[i: 64, j: 64]
            """;

    @Test
    void softmaxIsOneKernelAndItsWayBackTwo() {
        assertEquals(3 + 2, run(PRODUCT + SOFTMAX + "    return %y \"y\"\n", Training.INFERENCE).seconds(), 1e-9);
        var trained = run(PRODUCT + SOFTMAX + "    return %y \"y\"\n", Training.MOMENTUM);
        // x, w, its gradient and momentum; then the softmax, its gradient, the product of both, and the gradient of the logits.
        assertEquals((1 + 3 + 4) * UNIT, trained.peakBytes());
        // An average has f32 whatever weights are stored in, and takes two kernels: scaled, and added to.
        var averaged = run(PRODUCT + SOFTMAX + "    return %y \"y\"\n", Training.MOMENTUM.averaged());
        assertEquals(64 * 64 * 4, averaged.peakBytes() - trained.peakBytes());
        assertEquals(2 * (2 + 3), averaged.seconds() - trained.seconds(), 1e-9);
    }

    private static String stack(int count) {
        return """
                module tensor @m entry @main {
                  func @block(%%h: f32[64, 64], %%w: f32[64, 64]) {
                    %%p = sum(k: 64) %%h[i, k] * %%w[j, k] -> f32[i: 64, j: 64]
                    %%y = sigmoid(%%p[i, j]) -> f32[i: 64, j: 64]
                    %%z = %%y[i, j] + %%h[i, j] -> f32[i: 64, j: 64]
                    return %%z
                  }
                  func @main(input %%x: f32[64, 64] "x", weight %%w: f32[%d, 64, 64] "w") {
                    %%z = repeat %d @block carried(%%x) invariant() sliced(%%w) -> f32[64, 64]
                    return %%z "z"
                  }
                }
                """.formatted(count, count);
    }

    @Test
    void whatIsComputedAgainIsNotKept() {
        for (int blocks : new int[] {4, 40}) {
            var module = Parser.parse("test.ir", stack(blocks));
            var all = EagerStep.of(module, Training.MOMENTUM, Recompute.NONE, PRICES);
            var again = EagerStep.of(module, Training.MOMENTUM, Recompute.BLOCK, PRICES);
            // Of a block h and y are kept, or h alone.
            assertTrue(all.peakBytes() - again.peakBytes() >= (blocks - 6) * UNIT, all.peakBytes() + " and " + again.peakBytes());
            assertTrue(again.seconds() > all.seconds());
            assertEquals(0, all.recomputeFlops());
            assertEquals(blocks * (2L * 64 * 64 * 64 + 2 * 64 * 64), again.recomputeFlops());
        }
    }

    /** The inner repetition collects what the outer one collects of it. */
    @Test
    void whatIsCollectedInARepetitionIsCollectedAgain() {
        var module = Parser.parse("test.ir", """
                module tensor @m entry @main {
                  func @inner(%h: f32[64, 64]) {
                    %y = sigmoid(%h[i, j]) -> f32[i: 64, j: 64]
                    return %y, %y
                  }
                  func @outer(%h: f32[64, 64]) {
                    %z, %all = repeat 3 @inner carried(%h) invariant() sliced() -> f32[64, 64], f32[3, 64, 64]
                    return %z, %all
                  }
                  func @main(input %x: f32[64, 64] "x") {
                    %z, %all = repeat 2 @outer carried(%x) invariant() sliced() -> f32[64, 64], f32[2, 3, 64, 64]
                    return %z "z", %all "all"
                  }
                }
                """);
        var estimate = EagerStep.of(module, Training.INFERENCE, Recompute.NONE, PRICES);
        assertEquals(2 * 3 * 2, estimate.seconds(), 1e-9);
        assertTrue(estimate.peakBytes() >= (1 + 2 * 3) * UNIT, String.valueOf(estimate.peakBytes()));
    }
}
