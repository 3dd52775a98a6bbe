package pleat.passes.grad;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Parser;
import pleat.ir.text.Printer;

class KeepSetTest {
    /** An inner repetition that collects for its own way back. */
    private static final String NESTED = """
            module tensor @m entry @main {
              func @inner(%x: f32[4]) {
                %t = tanh(%x[i]) -> f32[i: 4]
                %u = sin(%t[i]) -> f32[i: 4]
                return %u "u"
              }

              func @outer(%x: f32[4]) {
                %y = repeat 3 @inner carried(%x) invariant() sliced() -> f32[4]
                %z = exp(%y[i]) -> f32[i: 4]
                return %z "z"
              }

              func @main(input %a: f32[4] "a") {
                %z = repeat 5 @outer carried(%a) invariant() sliced() -> f32[4]
                return %z "z"
              }
            }
            """;

    @Test
    void theTextIsReadAgain() {
        for (String text : List.of("all", "none", "outer/y", "outer/y+inner/t")) {
            assertEquals(text, KeepSet.parse(text).text());
        }
        assertEquals(KeepSet.parse("outer/y+inner/t"), KeepSet.parse("  outer/y\n inner/t\n"));
    }

    @Test
    void whoeverKeepsAnInnerRepetitionKeepsWhatItCollects() {
        var module = Differentiate.of(List.of("*"), KeepSet.parse("outer/y")).apply(Parser.parse("m.ir", NESTED));
        String text = Printer.print(module);
        assertTrue(text.contains("%z, %y_each, %x_each_each = repeat 5 @outer_saving"), text);
        assertTrue(module.functions().get("outer_adjoint").body().stream().noneMatch(op -> op.toString().contains("@inner_saving")), text);
    }

    @Test
    void aNameThatIsNotThereIsTheUsersError() {
        var module = Parser.parse("m.ir", NESTED);
        assertEquals("value `%q` is named, and `@inner` has no such value\n  = help: `pleat compile MODEL --emit prepared` prints the names",
                refusal(module, "inner/q"));
        assertEquals("value `%q` of `@middle` is named, and there is no such function", refusal(module, "middle/q"));
        assertEquals("`q` names no value\n  = help: a value is written `Block/x`, function and name", refusal(module, "q"));
    }

    private static String refusal(TensorModule module, String keep) {
        return assertThrows(UserException.class, () -> KeepSet.parse(keep).check(module)).getMessage();
    }
}
