package pleat.passes.sparse;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.OptionalDouble;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.ir.tensor.Op;
import pleat.ir.text.Parser;

class ShiftTest {

    /** By what each formula changes when i moves by 4 and j by 2; `none` where that depends on the place. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "pos(i) - 2 * pos(j)                                        | 0",
            "pos(i) + 3                                                 | 4",
            "floor(pos(i) / 4)                                          | 1",
            "floor(pos(j) / 4)                                          | none",
            "floor(pos(i) / 4) - pos(j) / 2                             | 0",
            "le(abs(pos(i) - 2 * pos(j)), 7)                            | 0",
            "abs(pos(i) - pos(j))                                       | none",
            "le(pos(i), 2 * pos(j) + 5)                                 | 0",
            "le(pos(i), pos(j))                                         | none",
            "max(pos(i), 2 * pos(j))                                    | 4",
            "max(pos(i), pos(j))                                        | none",
            "pos(i) * pos(i)                                            | none",
            "select(lt(pos(i), 2 * pos(j)), pos(i), 2 * pos(j))         | 4",
            "select(lt(pos(i), 7), 1, 0)                                | none",
            "%x[i, j]                                                   | none"})
    void formulasAreMoved(String formula, String change) {
        var text = "module tensor @m entry @main {\n  func @main(input %x: f32[8, 8] \"x\") {\n    %y = " + formula
                + " -> f32[i: 8, j: 8]\n    return %y \"y\"\n  }\n}\n";
        var op = (Op.Compute) Parser.parse("test", text).entryFunction().body().getFirst();
        var expected = change.equals("none") ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(change));
        assertEquals(expected, Shift.of(op.equation().body(), axis -> axis == 0 ? 4 : 2));
    }
}
