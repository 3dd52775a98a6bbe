package pleat.ir.derive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;

class AdjointsTest {
    private static final double STEP = 1e-5;
    /** Central differences with {@link #STEP} in f64: truncation about STEP^2, cancellation about 1e-16 / STEP, on sums of some ten terms. */
    private static final double TOLERANCE = 2e-8;

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "%a: f64[4, 3], %b: f64[3, 5]  | %y = sum(k: 3) %a[i, k] * %b[k, j] -> f64[i: 4, j: 5]",
            "%x: f64[4, 6], %w: f64[6, 2]  | %y = sum(h: 2, c: 3) %x[i, h*3 + c] * %w[h*3 + c, d] -> f64[i: 4, d: 2]",
            "%x: f64[9], %w: f64[3]        | %y = sum(t: 3) %x[i + t] * %w[t] -> f64[i: 7]",
            "%x: f64[12], %w: f64[4]       | %y = sum(t: 4) %x[2*i + t] * %w[t] -> f64[i: 5]",
            "%x: f64[6], %w: f64[5]        | %y = sum(t: 5) %x?[2*i + t - 3] * %w[t] -> f64[i: 4]",
            "%x: f64[6], %w: f64[5]        | %y = exp(%x?[2*i + t - 3]) / %w[t] -> f64[i: 4, t: 5]",
            "%x: f64[7]                    | %y = %x?[2*i - 1] * %x?[i + 5] -> f64[i: 5]",
            "%x: f64[7]                    | %y = %x[6 - i] / (%x[i] + 1) -> f64[i: 7]",
            "%x: f64[7], %w: f64[4]        | %y = 1 / %w[i] * log(%x[i + 2]) -> f64[i: 4]",
            "%x: f64[7], %w: f64[4]        | %y = %x[3] * %w[i] -> f64[i: 4]",
            "%x: f64[4, 4]                 | %y = %x[i, i] * %x[i, 3 - i] -> f64[i: 4]",
            "%x: f64[4, 5]                 | %y = max(j: 5) %x[i, j] * %x[i, j] -> f64[i: 4]",
            "%x: f64[4, 5]                 | %y = min(j: 5) %x[i, j] -> f64[i: 4]",
            "%x: f64[4, 5]                 | %y = sum(j: 5) %x[i, j] / extent(j) -> f64[i: 4]",
            "%x: f64[4, 5], %b: f64[5]     | %y = max(%x[i, j] - 1, 0) * (%b[j] + pos(i)) -> f64[i: 4, j: 5]",
            "%g: f64[2, 3], %x: f64[2, 4]  | %y = sum(s: 2) %g[s, c] * %x[s, d] -> f64[c*4 + d: 12] over(c: 3, d: 4)",
            "%x: f64[2, 3]                 | %y = 2 * %x[h, c] -> f64[h*3 + c: 6] over(h: 2, c: 3)",
            "%x: f64[5]                    | %y = select(lt(%x[i], 1), sin(%x[i]), cos(%x[i])) -> f64[i: 5]",
            "%x: f64[5]                    | %y = sigmoid(%x[i]) * tanh(%x[i]) + sqrt(%x[i]) - rsqrt(%x[i]) -> f64[i: 5]",
            "%x: f64[5]                    | %y = pow(%x[i], 3) + pow(%x[i], %x[i]) + abs(%x[i] - 1) -> f64[i: 5]",
            "%x: f64[5], %z: f64[5]        | %y = min(%x[i], %z[i]) * max(%x[i], %z[i]) -> f64[i: 5]",
            "%x: f64[]                     | %y = %x[] * %x[] -> f64[i: 3]",
            "%x: f64[6], %w: f64[3]        | %y = sum(r: 3) %x?[i - r] * %w[r] -> f64[i: 8]",
            "%x: f64[6], %w: f64[3]        | %y = sum(t: 8) %x?[i + t - 3] -> f64[i: 3]",
            "%x: f64[3, 8]                 | %y = sum(t: 4) %x[i, 4*j + t] -> f64[i: 3, j: 2]",
            "%x: f64[5, 5]                 | %y = sum(t: 2) %x[i + t, i] -> f64[i: 4]",
            "%x: f64[5]                    | %y = %x?[2*i + 4*j - 3] -> f64[i: 3, j: 2]",
            "%x: f64[5, 4]                 | %y = %x?[i + 1, i - 1] * %x[i, 2] -> f64[i: 5]",
            "%x: f64[5]                    | %y = %x?[3*i + 7] -> f64[i: 4]",
            "%x: f64[21], %w: f64[12]      | %y = sum(t: 12) %x?[4*i + t - 5] * %w[t] -> f64[i: 6]",
            "%x: f64[21], %w: f64[6, 11]   | %y = sum(t: 11) %x?[4*i + t - 5] * %w[i, t] -> f64[i: 6]",
            "%x: f64[19], %w: f64[7]       | %y = sum(t: 7) %x?[20 - 4*i - t] * %w[t] -> f64[i: 5]",
            "%x: f64[19], %w: f64[7]       | %y = sum(t: 7) exp(%x?[4*i - t + 3]) * %w[t] -> f64[i: 5]",
            "%x: f64[22], %w: f64[9, 3]    | %y = sum(t: 9, r: 3) %x?[5*i + t + 2*r - 3] * %w[t, r] -> f64[i: 5]",
            "%x: f64[31], %w: f64[8]       | %y = sum(t: 8) %x?[6*i + 2*t - 5] * %w[t] -> f64[i: 6]",
            "%x: f64[31], %w: f64[9]       | %y = sum(t: 9) %x?[4*i + 8*t - 3] * %w[t] -> f64[i: 6]",
            "%x: f64[25], %w: f64[5]       | %y = sum(t: 5) %x?[3*i + 2*t - 2] * %w[t] -> f64[i: 9]",
            "%x: f64[9, 10], %w: f64[4, 5] | %y = sum(s: 4, t: 5) %x?[2*i + s - 1, 3*j + t - 2] * %w[s, t] -> f64[i: 5, j: 4]",
            "%x: f64[35], %w: f64[5]       | %y = sum(t: 5) %x?[5*i - 3*t + 4] * %w[t] -> f64[i: 7]",
            "%x: f64[35], %w: f64[5, 4]    | %y = sum(t: 5, r: 4) %x?[6*i + 10*t + 15*r - 20] * %w[t, r] -> f64[i: 7]",
            "%x: f64[70], %w: f64[5, 4]    | %y = sum(t: 5) %x?[16*i + 4*t + p - 9] * %w[t, p] -> f64[i: 4, p: 4]",
            "%x: f64[70], %w: f64[5, 3]    | %y = sum(t: 5) %x?[18*i + 6*t + 2*p - 9] * %w[t, p] -> f64[i: 4, p: 3]",
            "%x: f64[20], %w: f64[5, 3]    | %y = sum(t: 5) %x?[t + 17] * %w[t, p] -> f64[p: 3]",
            "%x: f64[20], %w: f64[5, 3]    | %y = sum(t: 5) %x[t + 4] * %w[t, p] -> f64[p: 3]",
            "%x: f64[18, 4], %w: f64[6]    | %y = sum(t: 6) %x?[4*i + t - 2, i] * %w[t] -> f64[i: 5]",
            "%x: f64[10], %w: f64[4]       | %y = %x?[4*i + t] * %w[t] -> f64[4*i + t: 12] over(i: 3, t: 4)",
            "%x: f64[40], %w: f64[8]       | %y = max(t: 8) %x?[4*i + t - 2] * %w[t] -> f64[i: 9]",
            "%x: f64[6], %w: f64[3]        | %y = sum(t: 3) %x?[4*i + t + 20] * %w[t] -> f64[i: 4]"})
    void gradientsAgreeWithCentralDifferences(String parameters, String line) {
        var program = Program.of(parameters, line);
        var values = program.randomArguments(1);
        var compute = program.last();
        values.put(compute.result(), Program.run(compute, values));
        var adjoint = new Value("ct", compute.result().type());
        values.put(adjoint, new Random(2).doubles(adjoint.type().elements()).toArray());
        for (Value operand : program.function().arguments()) {
            var gradient = new double[(int) operand.type().elements()];
            for (int r = 0; r < compute.operands().size(); r++) {
                if (compute.operands().get(r) == operand) {
                    var part = run(Adjoints.of(compute, r, adjoint).orThrow(), values);
                    for (int e = 0; e < part.length; e++) {
                        gradient[e] += part[e];
                    }
                }
            }
            assertNear(differences(compute, operand, adjoint, values), gradient, line + " for " + operand);
        }
    }

    private static double[] run(Adjoints.Contribution contribution, Map<Value, double[]> values) {
        var step = contribution.step();
        assertEquals(step, Normalize.of(step));
        var made = Program.run(step, values);
        if (contribution.cut().isEmpty()) {
            return made;
        }
        var cut = contribution.cut().get();
        assertEquals(cut, Normalize.of(cut));
        var withGrid = new LinkedHashMap<>(values);
        withGrid.put(step.result(), made);
        return Program.run(cut, withGrid);
    }

    private static double[] differences(Op.Compute compute, Value operand, Value adjoint, Map<Value, double[]> values) {
        var result = new double[(int) operand.type().elements()];
        for (int e = 0; e < result.length; e++) {
            result[e] = (dot(compute, operand, e, STEP, adjoint, values) - dot(compute, operand, e, -STEP, adjoint, values)) / (2 * STEP);
        }
        return result;
    }

    private static double dot(Op.Compute compute, Value operand, int element, double step, Value adjoint, Map<Value, double[]> values) {
        var moved = new LinkedHashMap<>(values);
        var changed = values.get(operand).clone();
        changed[element] += step;
        moved.put(operand, changed);
        var out = Program.run(compute, moved);
        double sum = 0;
        for (int e = 0; e < out.length; e++) {
            sum += out[e] * values.get(adjoint)[e];
        }
        return sum;
    }

    private static void assertNear(double[] expected, double[] actual, String what) {
        for (int e = 0; e < expected.length; e++) {
            assertEquals(expected[e], actual[e], TOLERANCE * Math.max(1, Math.abs(expected[e])), what + " at " + e);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
            "%a: f64[4, 3], %b: f64[3, 5] | %y = sum(k: 3) %a[i, k] * %b[k, j] -> f64[i: 4, j: 5] | 0 | sum(j: 5) %ct[i, j] * %b[k, j] -> f64[i: 4, k: 3]",
            "%a: f64[4, 3], %b: f64[3, 5] | %y = sum(k: 3) %a[i, k] * %b[k, j] -> f64[i: 4, j: 5] | 1 | sum(i: 4) %ct[i, j] * %a[i, k] -> f64[k: 3, j: 5]",
            "%w: f64[6, 2], %x: f64[4, 2] | %y = sum(d: 2) %w[h*3 + c, d] * %x[i, d] -> f64[i: 4, h: 2, c: 3] | 0 | sum(i: 4) %ct[i, h, c] * %x[i, d] -> f64[3*h + c: 6, d: 2] over(h: 2, c: 3)",
            "%x: f64[9], %w: f64[3] | %y = sum(t: 3) %x[i + t] * %w[t] -> f64[i: 7] | 0 | sum(t: 3) %ct?[i - t] * %w[t] -> f64[i: 9]",
            "%x: f64[5] | %y = %x?[2*i + 4*j - 3] -> f64[i: 3, j: 2] | 0 | sum(j: 2) %ct?[i - 2*j + 2, j] -> f64[i: 2]; %d_x_grid[j] -> f64[2*j + 1: 5] over(j: 2)",
            "%x: f64[96], %w: f64[16] | %y = sum(t: 16) %x?[4*i + t - 6] * %w[t] -> f64[i: 24] | 0 | sum(e: 4) %ct?[i - e + 1] * %w[t + 4*e] -> f64[4*i + t: 100] over(i: 25, t: 4); %d_x_grid[j + 2] -> f64[j: 96]",
            "%x: f64[96], %w: f64[16] | %y = sum(t: 16) %x?[4*i + t - 8] * %w[t] -> f64[i: 24] | 0 | sum(e: 4) %ct?[i - e + 2] * %w[t + 4*e] -> f64[4*i + t: 96] over(i: 24, t: 4)",
            "%x: f64[96] | %y = %x?[32*i + t] -> f64[i: 4, t: 32] | 0 | %ct[i, t] -> f64[32*i + t: 96] over(i: 3, t: 32)",
            "%x: f64[90] | %y = %x?[32*i + t] -> f64[i: 3, t: 32] | 0 | %ct[i, t] -> f64[32*i + t: 96] over(i: 3, t: 32); %d_x_grid[j] -> f64[j: 90]",
            "%x: f64[96], %w: f64[5] | %y = sum(t: 5) %x?[i + 4*t - 8] * %w[t] -> f64[i: 96] | 0 | sum(t: 5) %ct?[i - 4*t + 8] * %w[t] -> f64[i: 96]",
            "%x: f64[96], %w: f64[5] | %y = sum(t: 5) %x?[4*i + 8*t] * %w[t] -> f64[i: 24] | 0 | sum(t: 5) %ct?[i - 2*t] * %w[t] -> f64[i: 24]; %d_x_grid[j] -> f64[4*j: 96] over(j: 24)",
            "%x: f64[7] | %y = %x[i + 2] -> f64[i: 4] | 0 | %ct?[i - 2] -> f64[i: 7]",
            "%x: f64[7] | %y = exp(%x[i]) -> f64[i: 7] | 0 | %ct[i] * %y[i] -> f64[i: 7]",
            "%x: f64[7], %s: f64[] | %y = %x[i] / %s[] -> f64[i: 7] | 0 | %ct[i] / %s[] -> f64[i: 7]",
            "%x: f64[4, 5] | %y = max(j: 5) %x[i, j] -> f64[i: 4] | 0 | %ct[i] * eq(%x[i, j], %y[i]) -> f64[i: 4, j: 5]"})
    void adjointsAreCleanEquations(String parameters, String line, int read, String expected) {
        var compute = Program.of(parameters, line).last();
        var contribution = Adjoints.of(compute, read, new Value("ct", compute.result().type())).orThrow();
        assertEquals(expected, Program.text(contribution.step()) + contribution.cut().map(cut -> "; " + Program.text(cut)).orElse(""));
    }

    @Test
    void whatHasNoDerivativeHasNoAdjoint() {
        var compute = Program.of("%x: f64[5]", "%y = stop(%x[i]) + floor(%x[i]) -> f64[i: 5]").last();
        assertFalse(Adjoints.flows(compute, 0));
        assertEquals("the result does not change with read 0",
                assertInstanceOf(Derived.No.class, Adjoints.of(compute, 0, new Value("ct", compute.result().type()))).reason());
    }
}
