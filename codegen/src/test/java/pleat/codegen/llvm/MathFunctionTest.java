package pleat.codegen.llvm;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.codegen.HostTarget;
import pleat.codegen.llvm.Lanes.Precision;

/** Errors in units of the last place against Java's strict functions in f64, which are themselves within 1 for f64. */
class MathFunctionTest {
    private static final double[] SPECIAL = {
        0, -0.0, 1, -1, 0.5, -0.5, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Float.MIN_VALUE,
                -Float.MIN_VALUE,
        Float.MIN_NORMAL, Float.MAX_VALUE, -Float.MAX_VALUE, 88.72283f, 88.72284f, -87.33654f, -87.33655f, -103.97f, -103.98f,
                127.99999f,
        128, -126, -149, -150.1f, 0.70710677f, 0.70710683f, 0.625f, 9.02f, -20, 1 << 20, (1 << 20) - 0.0625f, 1e22f,
                11 * Math.PI, Math.PI / 2,
    };

    static Stream<Arguments> functionsAndLanes() {
        var lanes = List.of(Lanes.f32(16), Lanes.f32(4), Lanes.f32(1), Lanes.f64(8), Lanes.f64(1));
        return Stream.of(MathFunction.values()).flatMap(function -> lanes.stream().map(lane -> Arguments.of(function, lane)));
    }

    @ParameterizedTest
    @MethodSource("functionsAndLanes")
    void isAccurate(MathFunction function, Lanes lanes) throws Throwable {
        check(function, lanes, switch (lanes.precision()) {
            case F32 -> floats(64_007);
            case F64 -> doubles(20_000);
        });
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource
    void isAccurateForOneFloatInSixtyOne(MathFunction function) throws Throwable {
        check(function, Lanes.f32(16), floats(61));
    }

    @Test
    void eachFunctionStandsInAModuleOnce() {
        var module = new ModuleText();
        MathFunction.SIGMOID.in(module, Lanes.f32(8));
        MathFunction.EXP_NOT_POSITIVE.in(module, Lanes.f32(8));
        MathFunction.SIGMOID.in(module, Lanes.f32(8));
        assertTrue(module.text().split("define ").length == 3, module.text());
    }

    @Test
    void nothingOfALibraryIsCalled() {
        for (MathFunction function : MathFunction.values()) {
            String assembly = new LlvmCompiler().assembly(loop(function, Lanes.f32(16)),
                    HostTarget.named("x86_64-unknown-linux-gnu", "znver4", 64), OptLevel.EXPLICIT);
            assertFalse(assembly.contains("@PLT"), assembly);
        }
    }

    /** Half the distance is the best there is. */
    private static double allowed(MathFunction function, Precision precision) {
        return switch (precision) {
            case F32 -> switch (function) {
                case SQRT -> 0.5;
                case EXP, EXP_NOT_POSITIVE, EXP2, LOG -> 1.1;
                case RSQRT, SIN, COS, TANH -> 1.5;
                case SIGMOID -> 2;
            };
            case F64 -> function == MathFunction.SQRT ? 0.5 : 4;
        };
    }

    private static double exact(MathFunction function, double x) {
        return switch (function) {
            case EXP, EXP_NOT_POSITIVE -> StrictMath.exp(x);
            case EXP2 -> StrictMath.pow(2, x);
            case LOG -> StrictMath.log(x);
            case SIGMOID -> x < 0 ? StrictMath.exp(x) / (1 + StrictMath.exp(x)) : 1 / (1 + StrictMath.exp(-x));
            case TANH -> StrictMath.tanh(x);
            case SQRT -> StrictMath.sqrt(x);
            case RSQRT -> 1 / StrictMath.sqrt(x);
            case SIN -> StrictMath.sin(x);
            case COS -> StrictMath.cos(x);
        };
    }

    private static void check(MathFunction function, Lanes lanes, DoubleStream inputs) throws Throwable {
        boolean flushes = function == MathFunction.EXP_NOT_POSITIVE || function == MathFunction.SIGMOID;
        double limit = function == MathFunction.EXP_NOT_POSITIVE ? 80 : Double.POSITIVE_INFINITY;
        double[] xs = inputs.filter(x -> !(x > limit)).toArray();
        double[] results = evaluate(function, lanes, xs);
        for (int i = 0; i < xs.length; i++) {
            double want = exact(function, xs[i]);
            double smallest = lanes.precision() == Precision.F32 ? Float.MIN_NORMAL : Double.MIN_NORMAL;
            boolean isRight = flushes && results[i] == 0 ? Math.abs(want) < smallest * 1.001
                    : distance(results[i], want, lanes.precision()) <= allowed(function, lanes.precision());
            if (!isRight) {
                throw new AssertionError("%s(%s) is %s, not %s".formatted(function, xs[i], results[i], want));
            }
        }
    }

    /** In units of the last place of the wanted value; infinite where one is not finite and they differ. */
    private static double distance(double got, double want, Precision precision) {
        double rounded = precision == Precision.F32 ? (float) want : want;
        if (Double.isNaN(rounded) || Double.isInfinite(rounded) || Double.isNaN(got) || Double.isInfinite(got)) {
            return Double.compare(got, rounded) == 0 ? 0 : Double.POSITIVE_INFINITY;
        }
        return Math.abs(got - want) / (precision == Precision.F32 ? Math.ulp((float) want) : Math.ulp(want));
    }

    private static double[] evaluate(MathFunction function, Lanes lanes, double[] xs) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MethodHandle apply = NativeCode.of(loop(function, lanes), arena).procedure("apply", ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG);
            long vectors = Math.ceilDiv(xs.length, lanes.lanes());
            MemorySegment memory = arena.allocate(8 * vectors * lanes.lanes(), 64);
            for (int i = 0; i < xs.length; i++) {
                switch (lanes.precision()) {
                    case F32 -> memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) xs[i]);
                    case F64 -> memory.setAtIndex(ValueLayout.JAVA_DOUBLE, i, xs[i]);
                }
            }
            apply.invokeExact(memory, vectors);
            double[] results = new double[xs.length];
            for (int i = 0; i < xs.length; i++) {
                results[i] = switch (lanes.precision()) {
                    case F32 -> memory.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                    case F64 -> memory.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
                };
            }
            return results;
        }
    }

    /** {@code void apply(ptr values, i64 vectors)}, in place. */
    private static String loop(MathFunction function, Lanes lanes) {
        var module = new ModuleText();
        String callee = function.in(module, lanes);
        module.define("@apply", () -> {
            var f = new FunctionText("define void @apply(ptr %values, i64 %vectors)");
            f.label("entry");
            var loop = new CountedLoop(f, "vector", "%vectors");
            String at = f.let("getelementptr %s, ptr %%values, i64 %s", lanes.type(), loop.index());
            String x = f.let("load %s, ptr %s, align 4", lanes.type(), at);
            f.line("store %1$s %2$s, ptr %3$s, align 4", lanes.type(), f.let("call %1$s %2$s(%1$s %3$s)", lanes.type(), callee,
                    x), at);
            loop.close();
            f.line("ret void");
            return f.close();
        });
        return module.text();
    }

    private static DoubleStream floats(int stride) {
        DoubleStream strided = LongStream.iterate(0, bits -> bits < 1L << 32, bits -> bits + stride)
                .mapToDouble(bits -> Float.intBitsToFloat((int) bits));
        return DoubleStream.concat(DoubleStream.of(SPECIAL).map(x -> (float) x), strided);
    }

    private static DoubleStream doubles(int count) {
        var random = new Random(7);
        var xs = new ArrayList<Double>();
        for (int i = 0; i < count; i++) {
            xs.add(switch (i % 4) {
                case 0 -> Double.longBitsToDouble(random.nextLong());
                case 1 -> random.nextGaussian();
                case 2 -> random.nextDouble(-760, 760);
                default -> Math.scalb(random.nextDouble(-1, 1), random.nextInt(-20, 25));
            });
        }
        return DoubleStream.concat(DoubleStream.of(SPECIAL), xs.stream().mapToDouble(x -> x));
    }
}
