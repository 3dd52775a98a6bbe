package pleat.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.LongUnaryOperator;
import java.util.stream.IntStream;
import pleat.ir.interp.Rounding;
import pleat.ir.kernel.Kernel;
import pleat.ir.type.DType;

/** Tensors for kernels: row-major arrays, and memory in the layout of a parameter. */
public final class KernelArguments {
    private static final double TOLERANCE = 3e-6;

    private KernelArguments() {}

    /** Eighths, so that what is cut to integers does not hang on the last bit; zeros for what is written. */
    public static List<double[]> of(Kernel kernel) {
        var random = new Random(5);
        var arguments = new ArrayList<double[]>();
        for (var parameter : kernel.parameters()) {
            var values = new double[(int) parameter.type().elements()];
            for (int i = 0; i < values.length; i++) {
                double value = random.nextInt(-16, 17) / 8.0;
                values[i] = parameter.mode() == Kernel.Mode.OUT ? 0 : Rounding.toDType(value, parameter.type().dtype());
            }
            arguments.add(values);
        }
        return arguments;
    }

    /** Equal to within rounding of sums in the parameter's type, relative to the largest element or to one. */
    public static void check(Kernel.Parameter parameter, double[] expected, double[] actual, String what) {
        check(parameter, expected, actual, what, 1);
    }

    /** @param times that a rounding error may be what it mostly is */
    public static void check(Kernel.Parameter parameter, double[] expected, double[] actual, String what, double times) {
        DType dtype = parameter.type().dtype();
        double unit = switch (dtype) {
            case F64, F32 -> TOLERANCE;
            case F16 -> 2e-3;
            case BF16 -> 8e-3;
            case I64, I32, I16, I8, U8, BOOL -> 0;
        };
        double scale = times * Math.max(1, Arrays.stream(expected).map(Math::abs).max().orElse(0));
        for (int i = 0; i < expected.length; i++) {
            assertEquals(Rounding.toDType(expected[i], dtype), actual[i], unit * scale, "%s of %s, element %d".formatted(parameter, what, i));
        }
    }

    public static void store(Kernel.Parameter parameter, double[] values, MemorySegment memory) {
        DType dtype = parameter.type().dtype();
        var offsets = offsets(parameter);
        IntStream.range(0, values.length).forEach(i -> put(memory, dtype, offsets.applyAsLong(i), Rounding.toDType(values[i], dtype)));
    }

    public static void load(Kernel.Parameter parameter, double[] values, MemorySegment memory) {
        var offsets = offsets(parameter);
        Arrays.setAll(values, i -> get(memory, parameter.type().dtype(), offsets.applyAsLong(i)));
    }

    /** Where an element lies, by its row-major number. */
    private static LongUnaryOperator offsets(Kernel.Parameter parameter) {
        long[] shape = parameter.type().shape();
        long[] point = new long[shape.length];
        return number -> {
            long rest = number;
            for (int d = shape.length - 1; d >= 0; d--) {
                point[d] = rest % shape[d];
                rest /= shape[d];
            }
            return parameter.layout().offset(point, shape);
        };
    }

    /** Writes element {@code at}. */
    public static void put(MemorySegment memory, DType dtype, long at, double value) {
        switch (dtype) {
            case F64 -> memory.setAtIndex(ValueLayout.JAVA_DOUBLE, at, value);
            case F32 -> memory.setAtIndex(ValueLayout.JAVA_FLOAT, at, (float) value);
            case F16 -> memory.setAtIndex(ValueLayout.JAVA_SHORT, at, Float.floatToFloat16((float) value));
            case BF16 -> memory.setAtIndex(ValueLayout.JAVA_SHORT, at, (short) (Float.floatToRawIntBits((float) value) >>> 16));
            case I64 -> memory.setAtIndex(ValueLayout.JAVA_LONG, at, (long) value);
            case I32 -> memory.setAtIndex(ValueLayout.JAVA_INT, at, (int) value);
            case I16 -> memory.setAtIndex(ValueLayout.JAVA_SHORT, at, (short) value);
            case I8, U8, BOOL -> memory.set(ValueLayout.JAVA_BYTE, at, (byte) value);
        }
    }

    /** Reads element {@code at}. */
    public static double get(MemorySegment memory, DType dtype, long at) {
        return switch (dtype) {
            case F64 -> memory.getAtIndex(ValueLayout.JAVA_DOUBLE, at);
            case F32 -> memory.getAtIndex(ValueLayout.JAVA_FLOAT, at);
            case F16 -> Float.float16ToFloat(memory.getAtIndex(ValueLayout.JAVA_SHORT, at));
            case BF16 -> Float.intBitsToFloat(memory.getAtIndex(ValueLayout.JAVA_SHORT, at) << 16);
            case I64 -> memory.getAtIndex(ValueLayout.JAVA_LONG, at);
            case I32 -> memory.getAtIndex(ValueLayout.JAVA_INT, at);
            case I16 -> memory.getAtIndex(ValueLayout.JAVA_SHORT, at);
            case I8 -> memory.get(ValueLayout.JAVA_BYTE, at);
            case U8, BOOL -> memory.get(ValueLayout.JAVA_BYTE, at) & 0xff;
        };
    }
}
