package pleat.cli.execute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import pleat.cli.compile.NativeCompiler;
import pleat.cli.compile.NativeOptions;
import pleat.codegen.HostTarget;
import pleat.ir.interp.NdArray;
import pleat.ir.interp.PlanInterpreter;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Slice;
import pleat.ir.text.Parser;
import pleat.ir.type.DType;
import pleat.runtime.io.TensorData;

final class KernelCheckTest {
    /** Two kernels, as none of them has all that the other needs. */
    private static final Plan PLAN = NativeCompiler.plan(Parser.parse("m.ir", """
            module tensor @m entry @main {
              func @main(input %x: f32[3, 4] "x") {
                %s = sum(i: 3) %x[i, j] -> f32[j: 4]
                %y = sum(j: 4) %s[j] * %x[i, j] -> f32[i: 3]
                return %s "s", %y "y"
              }
            }
            """), new NativeOptions(1, DType.F32, false), HostTarget.detect());
    private static final double[] X = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

    /** A run of the plan whose launch of a number writes one element wrong by {@code factor}; the launches after it go on with that. */
    private static KernelCheck run(int wrong, double factor) {
        return run(wrong, factor, X);
    }

    private static KernelCheck run(int wrong, double factor, double[] x) {
        var check = new KernelCheck(DType.F32);
        var listener = check.listener();
        var launches = new int[1];
        PlanInterpreter.follow(PLAN, _ -> NdArray.of(x, 3, 4), (launch, argument, values) -> {
            var actual = values.clone();
            actual[1] *= launches[0]++ == wrong ? factor : 1;
            var slice = Slice.of(PLAN.buffers().get(launch.arguments().get(argument).buffer()), launch.arguments().get(argument));
            var memory = MemorySegment.ofArray(new byte[actual.length * Float.BYTES]);
            for (int i = 0; i < actual.length; i++) {
                memory.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, (float) actual[i]);
            }
            listener.written(launch, argument, slice, memory, List.of());
            return actual;
        });
        check.compare(PLAN, Map.of(Arguments.key(PLAN.buffers().getFirst()), TensorData.ofDoubles(x, 3, 4)));
        return check;
    }

    private static double[] errors(KernelCheck check) {
        return check.errors().stream().mapToDouble(KernelCheck.Error::error).toArray();
    }

    @Test
    void aFaultIsOfTheKernelThatHasIt() {
        assertTrue(Arrays.stream(errors(run(-1, 1))).allMatch(error -> error < 1e-6));
        double[] first = errors(run(0, 1.5));
        // Sums of columns are 15, 18, 21, 24.
        assertEquals(9.0 / 24, first[0], 1e-6);
        assertTrue(first[1] < 1e-6, Arrays.toString(first));
        double[] second = errors(run(1, 0.5));
        assertTrue(second[0] < 1e-6 && second[1] > 0.1, Arrays.toString(second));
    }

    @Test
    void whatIsNotFiniteIsWrong() {
        assertEquals(Double.POSITIVE_INFINITY, errors(run(0, Double.NaN))[0]);
    }

    @Test
    void movedMemoryMovesWhatComesOfItButNotWholeNumbers() {
        assertTrue(run(-1, 1, X).errors().stream().allMatch(error -> error.moved() == 0));
        var check = run(-1, 1, Arrays.stream(X).map(x -> x + 0.3).toArray());
        for (var error : check.errors()) {
            assertTrue(error.moved() > 0 && error.moved() < 0x1p-23, error::toString);
        }
    }

    @Test
    void anotherPlanIsNoticed() {
        var check = new KernelCheck(DType.F32);
        assertThrows(IllegalStateException.class, () -> check.compare(PLAN, Map.of(Arguments.key(PLAN.buffers().getFirst()), TensorData.ofDoubles(X, 3, 4))));
    }
}
