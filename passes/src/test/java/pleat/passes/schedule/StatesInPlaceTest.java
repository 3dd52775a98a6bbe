package pleat.passes.schedule;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.ir.interp.Interpreter;
import pleat.ir.interp.NdArray;
import pleat.ir.interp.PlanInterpreter;
import pleat.ir.plan.Plan.Step;
import pleat.ir.text.Parser;
import pleat.ir.verify.PlanVerifier;
import pleat.ir.verify.Verifier;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.tile.TileTarget;

/** The next value of a state is made where the state lies if nothing reads of the old value what is gone; else a copy puts it there. */
class StatesInPlaceTest {
    private static final String MODULE = """
            module tensor @m entry @main {
              func @main(input %%x: f32[4] "x", state %%a: f32[4] "a", state %%b: f32[4] "b") {
                %%c = %s -> f32[i: 4]
                %%d = %s -> f32[i: 4]
                %%y = %s -> f32[i: 4]
                return %%y "y", %%c "a", %%d "b"
              }
            }
            """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # each reads its own, at the same place; the number of copies stands last
            %a[i] + %x[i]      | %b[i] * %x[i]      | %x[i]            | 0
            # the old value is read elsewhere
            %a[3 - i] + %x[i]  | %b[i] * %x[i]      | %x[i]            | 1
            # a later program reads the old values
            %a[i] + %x[i]      | %b[i] * %x[i]      | %a[i] + %b[i]    | 2
            # one state takes the value of the other
            %b[i] + 0          | %a[i] * 2          | %x[i]            | 2
            """)
    void copies(String a, String b, String y, int copies) {
        var module = Verifier.verified(Parser.parse("m.ir", MODULE.formatted(a, b, y)), "the text");
        var tiled = PassManager.quiet().run(module, Pipelines.beforePlacing());
        var scheduled = Scheduler.schedule(tiled, TileTarget.HOST, true);
        assertEquals(copies, scheduled.steps().stream().filter(Step.Copy.class::isInstance).count(), () -> scheduled.steps().toString());
        var plan = PlanVerifier.verified(Placement.place(scheduled, 64), "placement");
        var given = new LinkedHashMap<String, NdArray>();
        for (String name : new String[] {"x", "a", "b"}) {
            given.put(name, NdArray.of(new double[] {1, name.length() + 2, 5, name.charAt(0)}, new long[] {4}));
        }
        var expected = Interpreter.run(module, parameter -> given.get(parameter.external()), Interpreter.Options.EXACT);
        var actual = PlanInterpreter.run(plan, buffer -> given.get(buffer.place().external()));
        expected.forEach((name, array) -> assertArrayEquals(array.toArray(), actual.get(name).toArray(), name));
    }
}
