package pleat.passes.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import org.junit.jupiter.api.Test;
import pleat.ir.diagnostic.Source;
import pleat.ir.diagnostic.UserException;
import pleat.ir.mesh.Mesh;
import pleat.ir.mesh.ShardPlan;
import pleat.ir.mesh.ShardPlan.Cut;
import pleat.ir.mesh.Sharding;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Parser;
import pleat.ir.text.Printer;
import pleat.ir.text.ShardPlanText;

final class ShardModuleTest {
    private static final TensorModule STACK = Parser.parse("stack", """
            module tensor @stack entry @main {
              func @block(%x: f32[5, 4], %w: f32[4, 4]) {
                %y = sum(c: 4) %x[n, c] * %w[o, c] -> f32[n: 5, o: 4]
                %s = sum(n: 5) %y[n, c] -> f32[c: 4]
                %z = %y[n, c] - %s[c] * pos(n) -> f32[n: 5, c: 4]
                return %z "z"
              }

              func @main(input %x: f32[5, 4] "x", weight %w: f32[3, 4, 4] "blocks.{i}.w") {
                %y = repeat 3 @block carried(%x) invariant() sliced(%w) -> f32[5, 4]
                return %y "y"
              }
            }
            """);

    private static final String ROWS = """
            shards mesh(model = 2) {
              func @block {
                %x: split(model 0: 5 by 1)
                %w: whole
                %y: split(model 0: 5 by 1) cut(model axis 0 by 1)
                %s: whole cut(model axis 1 by 1)
                %z: split(model 0: 5 by 1) cut(model axis 0 by 1)
                return split(model 0: 5 by 1)
              }
              func @main {
                %x: split(model 0: 5 by 1)
                %w: whole
                %y: split(model 0: 5 by 1)
                return split(model 0: 5 by 1)
              }
            }
            """;

    private static ShardPlan rows() {
        return ShardPlanText.parse(new Source("rows", ROWS));
    }

    /** The second device has two of five rows. Its weight is varied outside of the repetition, its partial sums are combined at once. */
    @Test
    void oneDevice() {
        assertEquals("""
                module tensor @stack mesh(model = 2) device(model = 1) entry @main {
                  func @block(%x: f32[2, 4], %w: f32[4, 4]) {
                    %y = sum(c: 4) %x[n, c] * %w[o, c] -> f32[n: 2, o: 4]
                    %s_part = sum(n: 2) %y[n, c] -> f32[c: 4]
                    %s_part_sum = all_reduce %s_part along model sum -> f32[4]
                    %s_part_sum_own = vary %s_part_sum along model -> f32[4]
                    %z = %y[n, c] - %s_part_sum_own[c] * (pos(n) + 3) -> f32[n: 2, c: 4]
                    return %z "z"
                  }

                  func @main(input %x: f32[2, 4] "x" split(model 0: 5 by 1), weight %w: f32[3, 4, 4] "blocks.{i}.w") {
                    %w_own = vary %w along model -> f32[3, 4, 4]
                    %y = repeat 3 @block carried(%x) invariant() sliced(%w_own) -> f32[2, 4]
                    return %y "y" split(model 0: 5 by 1)
                  }
                }
                """, Printer.print(ShardModule.of(STACK, rows(), Mesh.of("model", 2).device(1))));
    }

    @Test
    void plansSayItInText() {
        assertEquals(ROWS, ShardPlanText.print(rows()));
    }

    /** Only that the sums are for all has to be said: blocks of them would be sent sooner. */
    @Test
    void theRestFollows() {
        var mesh = Mesh.of("model", 2);
        var pinned = ShardPlan.open(mesh).withValue("main", "x", rows().of("main").values().get("x"))
                .withValue("block", "s", Sharding.WHOLE);
        assertEquals(rows(), CompletePlan.of(STACK, pinned));
    }

    @Test
    void whatIsOpenIsRefused() {
        var refused = assertThrows(UserException.class, () -> ShardModule.all(STACK, ShardPlan.open(Mesh.of("model", 2))));
        assertTrue(refused.getMessage().contains("`%x` of `@main` is left open"), refused.getMessage());
    }

    @Test
    void whatCannotBeCutIsRefused() {
        var plan = rows().withCuts("block", "y", ImmutableList.of(new Cut("model", 0, 3)));
        var refused = assertThrows(UserException.class, () -> ShardModule.all(STACK, plan));
        assertTrue(refused.getMessage().contains("axis 0 of extent 5 cannot be cut in units of 3 for 2 devices"), refused.getMessage());
        var more = ShardPlanText.parse(new Source("rows", ROWS.replace("mesh(model = 2)", "mesh(model = 6)")));
        assertThrows(UserException.class, () -> ShardModule.all(STACK, more));
    }

    @Test
    void whatIsCarriedStaysAsItIs() {
        var plan = ShardPlanText.parse(new Source("rows", ROWS.replaceFirst("return split\\(model 0: 5 by 1\\)", "return whole")));
        var refused = assertThrows(UserException.class, () -> ShardModule.all(STACK, plan));
        assertTrue(refused.getMessage().contains("is carried and returned otherwise"), refused.getMessage());
    }
}
