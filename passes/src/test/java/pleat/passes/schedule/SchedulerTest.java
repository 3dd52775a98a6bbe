package pleat.passes.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.ir.diagnostic.Source;
import pleat.ir.interp.Interpreter;
import pleat.ir.interp.NdArray;
import pleat.ir.interp.PlanInterpreter;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.KernelAxis;
import pleat.ir.plan.Plan;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Parser;
import pleat.ir.text.PlanParser;
import pleat.ir.text.PlanPrinter;
import pleat.ir.verify.PlanVerifier;
import pleat.passes.tile.TileTarget;

/** Plans of whole modules compute what the modules say, whatever is fused and however small the chip. */
class SchedulerTest {
    private static final String ATTENTION = """
            module tensor @attention entry @main {
              func @main(input %x: f32[S, R, 24] "x", input %bias: f32[R, R, 4] "bias", weight %q: f32[20, 24] "q", weight %k: f32[20, 24] "k", weight %v: f32[20, 24] "v", weight %o: f32[24, 20] "o") {
                %mu = sum(c: 24) %x[s, r, c] / 24 -> f32[s: S, r: R]
                %d = %x[s, r, c] - %mu[s, r] -> f32[s: S, r: R, c: 24]
                %var = sum(c: 24) %d[s, r, c] * %d[s, r, c] / 24 -> f32[s: S, r: R]
                %n = %d[s, r, c] * rsqrt(%var[s, r] + 0.00001) -> f32[s: S, r: R, c: 24]
                %qh = sum(d: 24) %n[s, r, d] * %q[h*5 + c, d] -> f32[s: S, r: R, h: 4, c: 5]
                %kh = sum(d: 24) %n[s, r, d] * %k[h*5 + c, d] -> f32[s: S, r: R, h: 4, c: 5]
                %vh = sum(d: 24) %n[s, r, d] * %v[h*5 + c, d] -> f32[s: S, r: R, h: 4, c: 5]
                %dot = sum(c: 5) %qh[s, i, h, c] * %kh[s, j, h, c] -> f32[s: S, h: 4, i: R, j: R]
                %score = %dot[s, h, i, j] * 0.4 + %bias[i, j, h] -> f32[s: S, h: 4, i: R, j: R]
                %m = max(j: R) %score[s, h, i, j] -> f32[s: S, h: 4, i: R]
                %e = exp(%score[s, h, i, j] - %m[s, h, i]) -> f32[s: S, h: 4, i: R, j: R]
                %l = sum(j: R) %e[s, h, i, j] -> f32[s: S, h: 4, i: R]
                %u = sum(j: R) %e[s, h, i, j] * %vh[s, j, h, c] -> f32[s: S, i: R, h: 4, c: 5]
                %a = %u[s, i, h, c] / %l[s, h, i] -> f32[s: S, i: R, h: 4, c: 5]
                %y = sum(h: 4, c: 5) %a[s, i, h, c] * %o[z, h*5 + c] -> f32[s: S, i: R, z: 24]
                %out = %x[s, i, z] + %y[s, i, z] -> f32[s: S, i: R, z: 24]
                return %out "out"
              }
            }
            """;

    private static final String STACK = """
            module tensor @stack entry @main {
              func @block(%x: f32[R, 6], %y: f32[R, 6], %c: f32[R], %w: f32[6, 6]) {
                %p = sum(d: 6) %x[r, d] * %w[o, d] -> f32[r: R, o: 6]
                %x2 = %p[r, o] * %c[r] + %y[r, o] -> f32[r: R, o: 6]
                %n = sum(r: R) %x2[r, o] -> f32[o: 6]
                return %x2, %x, %n
              }
              func @main(input %x: f32[R, 6] "x", input %c: f32[R] "c", weight %w: f32[5, 6, 6] "blocks.{i}.w") {
                %y = %x[r, o] * 0.5 -> f32[r: R, o: 6]
                %x1, %y1, %n = repeat 5 @block carried(%x, %y) invariant(%c) sliced(%w) -> f32[R, 6], f32[R, 6], f32[5, 6]
                %z = %x1[r, o] + %y1[r, o] -> f32[r: R, o: 6]
                return %z "z", %n "n", %x1 "x1"
              }
            }
            """;

    /** A repetition in a repetition, which carries on what the outer one carries, slices and does not change. */
    private static final String NESTED = """
            module tensor @nested entry @main {
              func @inner(%x: f32[R], %y: f32[R], %s: f32[R]) {
                %x2 = %x[r] * 0.5 + %s[r] -> f32[r: R]
                %y2 = %y[r] - %s[r] -> f32[r: R]
                return %x2, %y2
              }
              func @outer(%x: f32[R], %c: f32[3, R], %k: f32[R]) {
                %x1, %k1 = repeat 3 @inner carried(%x, %k) invariant() sliced(%c) -> f32[R], f32[R]
                %x2 = %x1[r] * %k1[0] -> f32[r: R]
                %z = sum(r: R) %x1[r] * %k1[r] -> f32[]
                return %x2, %z
              }
              func @main(input %a: f32[R] "a", input %b: f32[3, R] "b") {
                %x = %a[r] + 1 -> f32[r: R]
                %k = %a[r] - 1 -> f32[r: R]
                %x1, %z = repeat 4 @outer carried(%x) invariant(%b, %k) sliced() -> f32[R], f32[4]
                return %x1 "x", %z "z"
              }
            }
            """;

    @ParameterizedTest
    @CsvSource({"7, true", "7, false"})
    void repetitionsInRepetitionsKeepWhatTheOuterOneNeeds(int r, boolean fuse) {
        check(parse(NESTED.replace("R", Integer.toString(r))), fuse, 512 << 10);
    }

    @ParameterizedTest
    @CsvSource({"3, 7, true, 512", "3, 7, false, 512", "2, 70, true, 512", "1, 130, true, 4", "1, 1, true, 512", "2, 600, true, 64"})
    void attentionIsTheSameFusedAndNot(int s, int r, boolean fuse, int chipKib) {
        var text = ATTENTION.replace("S", Integer.toString(s)).replace("R", Integer.toString(r));
        check(parse(text), fuse, chipKib << 10);
    }

    /** One body for two repetitions, whose weights have to lie alike; and one that is given a weight here and something else there. */
    private static final String SHARED_BODY = """
            module tensor @shared entry @main {
              func @block(%x: f32[9, 40], %w: f32[40, 40]) {
                %p = sum(d: 40) %x[r, d] * %w[o, d] -> f32[r: 9, o: 40]
                return %p
              }
              func @more(%x: f32[9, 40], %w: f32[40, 40]) {
                %p = sum(d: 40) %x[r, d] * %w[o, d] -> f32[r: 9, o: 40]
                return %p
              }
              func @main(input %x: f32[9, 40] "x", weight %v: f32[3, 40, 40] "v.{i}", weight %w: f32[2, 40, 40] "w.{i}", weight %u: f32[40, 40] "u") {
                %x1 = repeat 3 @block carried(%x) invariant() sliced(%v) -> f32[9, 40]
                %x2 = repeat 2 @block carried(%x1) invariant() sliced(%w) -> f32[9, 40]
                %half = 0.5 * %u[i, j] -> f32[i: 40, j: 40]
                %x3 = repeat 2 @more carried(%x2) invariant(%u) sliced() -> f32[9, 40]
                %x4 = repeat 2 @more carried(%x3) invariant(%half) sliced() -> f32[9, 40]
                return %x4 "x"
              }
            }
            """;

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void repetitionsOfOneBodyAgreeOnWhereWeightsLie(boolean fuse) {
        check(parse(SHARED_BODY), fuse, 512 << 10);
    }

    private static final String CARRIED_WEIGHT = """
            module tensor @carried entry @main {
              func @half(%s: f32[40, 40], %w: f32[40, 40]) {
                %next = 0.5 * %s[i, j] + %w[j, i] -> f32[i: 40, j: 40]
                return %next
              }
              func @main(input %x: f32[19, 40] "x", weight %w: f32[40, 40] "w") {
                %z = sum(k: 40) %x[i, k] * %w[j, k] -> f32[i: 19, j: 40]
                %s = repeat 3 @half carried(%w) invariant(%w) sliced() -> f32[40, 40]
                return %s "s", %z "z"
              }
            }
            """;

    /** A copy moves bytes, so a weight that starts a loop must not lie in panels for the product that reads it too. */
    @Test
    void carriedWeightsKeepTheirLayout() {
        var plan = Placement.place(Scheduler.schedule(parse(CARRIED_WEIGHT), TileTarget.HOST, true), 64);
        assertEquals(plan, PlanVerifier.verified(plan, "placement"));
        check(parse(CARRIED_WEIGHT), true, 512 << 10);
    }

    @Test
    void fusedAttentionIsThreeKernels() {
        var module = parse(ATTENTION.replace("S", "3").replace("R", "7"));
        assertEquals(3, Scheduler.schedule(module, TileTarget.HOST, true).kernels().size());
    }

    @ParameterizedTest
    @CsvSource({"7, true", "7, false", "1, true"})
    void repetitionsHandOnAndCollect(int r, boolean fuse) {
        check(parse(STACK.replace("R", Integer.toString(r))), fuse, 512 << 10);
    }

    /** What one repetition collects and another reads in slices: scores by head, of which each product needs one head together. */
    private static final String COLLECTED = """
            module tensor @collected entry @main {
              func @before(%z: f32[R, R, 5], %w: f32[4, 5]) {
                %b = sum(c: 5) %z[i, j, c] * %w[h, c] -> f32[i: R, j: R, h: 4]
                return %z, %b
              }
              func @inside(%v: f32[R, 4, 3], %b: f32[R, R, 4]) {
                %e = exp(%b[i, j, h]) -> f32[h: 4, i: R, j: R]
                %y = sum(j: R) %e[h, i, j] * %v[j, h, c] / 100 -> f32[i: R, h: 4, c: 3]
                return %y
              }
              func @turn(%v: f32[R, 4, 3], %all: f32[6, R, R, 4]) {
                %y = repeat 6 @inside carried(%v) invariant() sliced(%all) -> f32[R, 4, 3]
                return %y
              }
              func @main(input %z: f32[R, R, 5] "z", input %v: f32[R, 4, 3] "v", weight %w: f32[6, 4, 5] "w.{i}") {
                %z1, %all = repeat 6 @before carried(%z) invariant() sliced(%w) -> f32[R, R, 5], f32[6, R, R, 4]
                %y = repeat 3 @turn carried(%v) invariant(%all) sliced() -> f32[R, 4, 3]
                return %y "y"%ALSO
              }
            }
            """;

    @ParameterizedTest
    @CsvSource({"7, true, ''", "7, false, ''", "40, true, ''", "7, true, ', %all \"all\"'"})
    void collectedValuesAreReadInSlices(int r, boolean fuse, String also) {
        check(parse(COLLECTED.replace("%ALSO", also).replace("R", Integer.toString(r))), fuse, 512 << 10);
    }

    @Test
    void collectedValuesLieAsTheirReadersWantThem() {
        assertEquals("(0, 3, 1, 2)", layoutOfAll(""));
        assertEquals("(0, 1, 2, 3)", layoutOfAll(", %all \"all\""));
    }

    /** Scores by head, those of all turns side by side; what is collected is one above the other, heads side by side. */
    private static final String SIDE_BY_SIDE = """
            module tensor @side entry @main {
              func @inside(%v: f32[R, 4, 3], %b: f32[R, R, 4]) {
                %e = exp(%b[i, j, h]) -> f32[h: 4, i: R, j: R]
                %y = sum(j: R) %e[h, i, j] * %v[j, h, c] / 100 -> f32[i: R, h: 4, c: 3]
                %g = %e[h, i, j] * 2 -> f32[i: R, j: R, h: 4]
                return %y, %g
              }
              func @main(input %v: f32[R, 4, 3] "v", input %scores: f32[R, R, 24] "scores") {
                %by_turn = %scores[i, j, 4*l + h] -> f32[l: 6, i: R, j: R, h: 4]
                %y, %turns = repeat 6 @inside carried(%v) invariant() sliced(%by_turn) -> f32[R, 4, 3], f32[6, R, R, 4]
                %all = %turns[l, i, j, h] -> f32[R*l + i: ALL, j: R, h: 4] over(l: 6, i: R)
                return %y "y", %all "all"
              }
            }
            """;

    @ParameterizedTest
    @CsvSource({"7, true", "7, false", "40, true"})
    void sectorsAreFilledByCopies(int r, boolean fuse) {
        var module = sideBySide(r);
        check(module, fuse, 512 << 10);
        check(module, onGpu(module, fuse, 1 << 20));
        check(module, onGpu(module, fuse, 0));
    }

    @Test
    void copiedScoresLieAsTheirReadersWantThem() {
        var module = sideBySide(40);
        assertEquals(Map.of("by_turn", "(0, 3, 1, 2)", "turns", "(0, 3, 1, 2)"), stacks(onGpu(module, true, 6 * 4 * 40 * 40 * 4)));
        assertEquals(Map.of(), stacks(onGpu(module, true, 6 * 4 * 40 * 40 * 4 - 1)));
        assertEquals(Map.of(), stacks(Scheduler.schedule(module, TileTarget.HOST, new Scheduler.Options(true, true).copying(1 << 20))));
    }

    private static TensorModule sideBySide(int r) {
        return parse(SIDE_BY_SIDE.replace("R", Integer.toString(r)).replace("ALL", Integer.toString(6 * r)));
    }

    private static Plan onGpu(TensorModule module, boolean fuse, long copyBytes) {
        return Scheduler.schedule(module, TileTarget.gpu(48 << 10), new Scheduler.Options(fuse, true).copying(copyBytes));
    }

    private static Map<String, String> stacks(Plan plan) {
        return plan.buffers().stream().filter(buffer -> buffer.name().equals("by_turn") || buffer.name().equals("turns"))
                .collect(Collectors.toMap(Plan.Buffer::name, buffer -> buffer.layout().toString()));
    }

    private static String layoutOfAll(String also) {
        var module = parse(COLLECTED.replace("%ALSO", also).replace("R", "40"));
        return Scheduler.schedule(module, TileTarget.HOST, true).buffers().stream().filter(buffer -> buffer.name().equals("all")).findFirst()
                .orElseThrow().layout().toString();
    }

    @ParameterizedTest
    @CsvSource({"7, true, 512", "600, true, 512", "600, false, 4"})
    void reducedAxesThatNoOperandHas(int r, boolean fuse, int chipKib) {
        check(parse("""
                module tensor @idle entry @main {
                  func @main(input %x: f32[4] "x") {
                    %count = sum(j: R, k: 3) %x[i] / 4096 -> f32[i: 4]
                    %ramp = sum(j: R) pos(j) * %x[i] / 1000000 -> f32[i: 4]
                    %top = max(j: R, k: 3) pos(k) - pos(j) -> f32[i: 2]
                    return %count "count", %ramp "ramp", %top "top"
                  }
                }
                """.replace("R", Integer.toString(r))), fuse, chipKib << 10);
    }

    /** What came from outside has to be there after the run, so an output that it is copied to has a place of its own. */
    @Test
    void anInputThatIsAnOutputToo() {
        check(parse("""
                module tensor @passed entry @main {
                  func @main(input %x: f32[7] "x", input %l: f32[9] "l") {
                    %y = 2 * %x[i] -> f32[i: 7]
                    return %y "y", %l "l"
                  }
                }
                """), true, 512 << 10);
    }

    private static TensorModule parse(String text) {
        return Parser.parse(new Source("test.ir", text)).module();
    }

    @Test
    void opsWithoutAnEquationHaveProgramsOfTheirOwn() {
        check(parse("""
                module tensor @alone entry @main {
                  func @main(input %seed: i64[] "seed", input %x: f32[7, 40] "x", input %n: i32[7] "n") {
                    %u = random %seed stream 1 -> f32[7, 40]
                    %y = %x[i, j] * %u[i, j] -> f32[i: 7, j: 40]
                    %s = scatter_add %y[%n] -> f32[9, 40]
                    %g = gather %s[%n] -> f32[7, 40]
                    return %u "u", %g "g"
                  }
                }
                """), true, 1 << 20);
    }

    @Test
    void rowsOfTheLargestProductAreNotSteppedOneByOne() {
        var plan = Scheduler.schedule(parse("""
                module tensor @heads entry @main {
                  func @main(input %w: f32[12, 64, 64] "w", input %z: f32[64, 64, 128] "z", input %v: f32[64, 12, 16] "v") {
                    %e = exp(%w[h, i, j]) -> f32[h: 12, i: 64, j: 64]
                    %a = sum(j: 64) %e[h, i, j] * %z[i, j, c] -> f32[i: 64, h: 12, c: 128]
                    %b = sum(j: 64) %e[h, i, j] * %v[j, h, c] -> f32[i: 64, h: 12, c: 16]
                    return %a "a", %b "b"
                  }
                }
                """), TileTarget.host(32, 1 << 20), true);
        var kernel = plan.kernels().values().stream().reduce((first, last) -> last).orElseThrow();
        assertEquals(12, kernel.axes().stream().filter(axis -> axis.extent() == 12).findFirst().orElseThrow().block());
    }

    @Test
    void aLoopCountsTheSumsBesideIt() {
        var plan = Scheduler.schedule(parse("""
                module tensor @outer entry @main {
                  func @main(input %o: f32[64, 128, 32, 32] "o", input %b: f32[64, 128, 32] "b", input %m: f32[64, 64] "m") {
                    %a = sum(j: 128, d: 32) %o[i, j, c, d] * %b[s, j, d] -> f32[s: 64, i: 64, c: 32]
                    %y = %a[s, i, c] * %m[s, i] -> f32[s: 64, i: 64, c: 32]
                    return %y "y"
                  }
                }
                """), TileTarget.host(32, 1 << 19), true);
        var kernel = plan.kernels().values().iterator().next();
        // Eight positions of j with all of d are as deep as the target wants.
        assertEquals(8, kernel.axes().stream().filter(axis -> axis.extent() == 128).findFirst().orElseThrow().block());
    }

    /** A sum over the outermost dim of a large value, into a small one that lies otherwise: neighbours of the large one are in one block. */
    @Test
    void neighboursInWhatASumReadsAreInOneBlock() {
        var kernel = onlyKernel("%x: f32[96, 4, 180, 190]", "%y = sum(j: 96) %x[j, h, i, k] -> f32[k: 190, i: 180, h: 4]");
        assertTrue(blockOf(kernel, 190) >= 64, kernel.axes().toString());
    }

    @Test
    void neighboursInTheResultOfAMapAreInOneBlock() {
        var kernel = onlyKernel("%x: f32[190, 1800]", "%y = %x[b, a] * 2 -> f32[a: 1800, b: 190]");
        assertEquals(190, blockOf(kernel, 190));
    }

    /** A map beside the gradient of a weight that it makes a factor of: a loop over the inner positions would step from row to row of all that it reads. */
    @ParameterizedTest
    @CsvSource({"96, 192", "192, 96", "128, 256", "64, 64"})
    void sumsOverPositionsGoAlongTheRows(int rows, int columns) {
        var plan = Scheduler.schedule(parse("""
                module tensor @gradient entry @main {
                  func @main(input %g: f32[I, J, 128] "g", input %y: f32[I, J, 128] "y", input %n: f32[I, J, 128] "n") {
                    %d = %g[i, j, k] * sigmoid(%y[i, j, k]) -> f32[i: I, j: J, k: 128]
                    %bias = sum(i: I, j: J) %d[i, j, k] -> f32[k: 128]
                    %weight = sum(i: I, j: J) %d[i, j, k] * %n[i, j, c] -> f32[k: 128, c: 128]
                    return %d "d", %bias "bias", %weight "weight"
                  }
                }
                """.replace("I", "" + rows).replace("J", "" + columns)), TileTarget.HOST, true);
        for (var kernel : plan.kernels().values()) {
            var names = kernel.axes().stream().map(KernelAxis::name).toList();
            if (names.contains("i") && names.contains("j")) {
                var outer = kernel.axes().get(names.indexOf("i"));
                var inner = kernel.axes().get(names.indexOf("j"));
                assertTrue(outer.block() == 1 || inner.block() == columns, kernel.axes().toString());
            }
        }
    }

    private static Kernel onlyKernel(String parameter, String equation) {
        var plan = Scheduler.schedule(parse("module tensor @one entry @main { func @main(input " + parameter + " \"x\") { " + equation + " return %y \"y\" } }"),
                TileTarget.HOST, true);
        return plan.kernels().values().iterator().next();
    }

    private static long blockOf(Kernel kernel, long extent) {
        return kernel.axes().stream().filter(axis -> axis.extent() == extent).findFirst().orElseThrow().block();
    }

    private static void check(TensorModule module, boolean fuse, long chipBytes) {
        check(module, Scheduler.schedule(module, TileTarget.host(32, chipBytes), fuse));
    }

    private static void check(TensorModule module, Plan unplaced) {
        var random = new Random(7);
        var inputs = ImmutableMap.<String, NdArray>builder();
        module.entryFunction().parameters().forEach(p -> inputs.put(p.external(),
                NdArray.of(random.doubles(p.value().type().elements(), -1, 1).map(v -> p.value().type().dtype().isFloating() ? v : Math.floor(5 * v))
                        .toArray(), p.value().type().shape())));
        var values = inputs.build();
        var plan = PlanVerifier.verified(Placement.place(unplaced, 1024), "scheduling");
        long apart = plan.buffers().stream().mapToLong(buffer -> Math.ceilDiv(buffer.place().bytes(), 64) * 64).sum() + Plan.SLACK_BYTES;
        assertEquals(apart, plan.arena().unsharedBytes());
        var text = PlanPrinter.print(plan);
        assertEquals(text, PlanPrinter.print(PlanParser.parse(new Source("plan.ir", text)).plan()));
        var actual = PlanInterpreter.run(plan, buffer -> values.get(buffer.place().external()));
        var expected = Interpreter.run(module, p -> values.get(p.external()), Interpreter.Options.EXACT);
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((name, value) -> assertTrue(value.distance(actual.get(name)) < 1e-12, name + " differs by " + value.distance(actual.get(name))));
    }
}
