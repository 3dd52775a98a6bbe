package pleat.ir.derive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimplifyTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "%x[i] * 1 + 0           | %x[i]",
            "-(-%x[i])               | %x[i]",
            "%x[i] + -%y[i]          | %x[i] - %y[i]",
            "%x[i] * -%y[i]          | -(%x[i] * %y[i])",
            "-1 * %x[i] / 1          | -%x[i]",
            "%x[i] / extent(i)       | %x[i] / 4.0",
            "2 * 3 + %x[i]           | 6.0 + %x[i]",
            "0 * pos(i) + %x[i]      | %x[i]",
            "%x[i] + 0 * %y[i]       | %x[i] + 0.0 * %y[i]",
            "%x[i] + 1 / 0           | %x[i] + 1.0 / 0.0",
            "select(lt(1, 2), %x[i], %y[i]) | %x[i]",
            "select(%y[i], %x[i], %x[i])    | %x[i]",
            "%x[i] + %x[i]           | 2.0 * %x[i]",
            "-%x[i] - %x[i]          | -(2.0 * %x[i])",
            "pow(%x[i], 2)           | %x[i] * %x[i]",
            "stop(stop(%x[i]))       | stop(%x[i])"})
    void bodiesBecomeSmaller(String body, String expected) {
        var compute = Program.of("%x: f64[4], %y: f64[4]", "%r = " + body + " -> f64[i: 4]").last();
        var wanted = Program.of("%x: f64[4], %y: f64[4]", "%r = " + expected + " -> f64[i: 4]").last();
        assertEquals(Program.text(wanted), Program.text(Simplify.of(compute)));
    }

    @Test
    void aGuardThatNeverActsGoes() {
        var compute = Program.of("%x: f64[4]", "%r = %x?[i + 1] -> f64[i: 3]").last();
        assertEquals("%x[i + 1] -> f64[i: 3]", Program.text(Simplify.of(compute)));
    }

    @Test
    void nothingToDoIsTheSameInstance() {
        var compute = Program.of("%x: f64[4]", "%r = %x?[i - 1] -> f64[i: 3]").last();
        assertSame(compute, Simplify.of(compute));
    }
}
