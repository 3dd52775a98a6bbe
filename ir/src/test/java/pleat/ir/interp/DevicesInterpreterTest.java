package pleat.ir.interp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Parser;
import pleat.ir.verify.SameCollectives;

/** Devices that meet, and devices that do not. */
final class DevicesInterpreterTest {
    private static final String GATHER = "%y = all_gather %x along model 0: 4 by 1 -> f32[4]";
    private static final String SUM = "%y = all_reduce %x along model sum -> f32[2]";

    /** Two devices of two elements each, and what each of them does. */
    private static List<TensorModule> devices(String first, String second) {
        return IntStream.range(0, 2).mapToObj(d -> Parser.parse("test", """
                module tensor @m mesh(model = 2) device(model = %d) entry @main {
                  func @main(input %%x: f32[2] "x") {
                    %s
                    return %%x "y"
                  }
                }
                """.formatted(d, d == 0 ? first : second))).toList();
    }

    private static String failure(String first, String second) {
        var arguments = List.of(List.of(NdArray.of(new double[2], 2)), List.of(NdArray.of(new double[2], 2)));
        return assertThrows(UserException.class, () -> DevicesInterpreter.run(devices(first, second), arguments, Interpreter.Options.EXACT)).getMessage();
    }

    @Test
    void halosReachAcrossSeveralNeighbours() {
        var modules = IntStream.range(0, 4).mapToObj(d -> Parser.parse("test", """
                module tensor @m mesh(model = 4) device(model = %d) entry @main {
                  func @main(input %%x: f32[1] "x" split(model 0: 4 by 1)) {
                    %%w = halo %%x along model 0: 4 by 1 before 2 after 1 -> f32[%d]
                    %%f = fold_halo %%w along model 0: 4 by 1 before 2 after 1 -> f32[1]
                    return %%f "f" split(model 0: 4 by 1)
                  }
                }
                """.formatted(d, List.of(2, 3, 4, 3).get(d)))).toList();
        var folded = DevicesInterpreter.run(modules, _ -> NdArray.of(new double[] {1, 10, 100, 1000}, 4), Interpreter.Options.EXACT).get("f");
        // As often as a device has the element: itself, two after it, and one before it.
        assertArrayEquals(new double[] {3, 40, 300, 2000}, folded.whole().toArray());
        assertEquals(0, folded.disagreement());
    }

    @Test
    void differentCollectives() {
        assertTrue(failure(GATHER, SUM).contains("devices meet at different collectives"));
    }

    @Test
    void oneDoesNotCome() {
        String message = failure(GATHER, "");
        assertTrue(message.contains("device(model = 0) is at `%y`") && message.contains("device(model = 1) has ended"), message);
    }

    @Test
    void differencesAreFoundBeforehand() {
        assertEquals(Optional.empty(), SameCollectives.difference(devices(GATHER, GATHER)));
        assertTrue(SameCollectives.difference(devices(GATHER, SUM)).orElseThrow().startsWith("device(model = 1): `%y`"));
        assertTrue(SameCollectives.difference(devices(GATHER, "")).isPresent());
    }

    @Test
    void oneAlone() {
        var module = devices(GATHER, GATHER).getFirst();
        assertThrows(UserException.class, () -> Interpreter.run(module, List.of(NdArray.of(new double[2], 2)), Interpreter.Options.EXACT));
    }
}
