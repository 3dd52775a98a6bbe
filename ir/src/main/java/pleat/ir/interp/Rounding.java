package pleat.ir.interp;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import pleat.ir.type.DType;

/** What becomes of a real number when it is stored as an element type. */
public final class Rounding {
    private Rounding() {}

    /** Nearest, ties to even, for floats; towards zero for integers; unequal to 0 for truth values. */
    public static double toDType(double value, DType dtype) {
        return switch (dtype) {
            case F64 -> value;
            case F32 -> (float) value;
            case F16 -> Float.float16ToFloat(Float.floatToFloat16((float) value));
            case BF16 -> toBfloat16((float) value);
            case I64 -> (long) value;
            case I32 -> (int) value;
            case I16 -> Math.clamp((long) value, Short.MIN_VALUE, Short.MAX_VALUE);
            case I8 -> Math.clamp((long) value, Byte.MIN_VALUE, Byte.MAX_VALUE);
            case U8 -> Math.clamp((long) value, 0, 255);
            case BOOL -> value != 0 ? 1 : 0;
        };
    }

    /** Each number as {@link #toDType(double, DType)} has it, in a new array. */
    public static double[] toDType(double[] values, DType dtype) {
        return Arrays.stream(values).map(value -> toDType(value, dtype)).toArray();
    }

    /** Half a unit of the last digit of a floating type, relative to the number: how far rounding takes a number at most that the type has in full. */
    public static double halfUnit(DType dtype) {
        return switch (dtype) {
            case F64 -> 0x1p-53;
            case F32 -> 0x1p-24;
            case F16 -> 0x1p-12;
            case BF16 -> 0x1p-9;
            case I64, I32, I16, I8, U8, BOOL -> throw new IllegalArgumentException(dtype.text() + " is no floating type");
        };
    }

    /** Numbers moved by at most half a unit of the last digit of a floating type, but for whole ones, as masks and indices are. */
    public static double[] moved(double[] values, DType dtype, RandomGenerator random) {
        double most = halfUnit(dtype);
        return Arrays.stream(values).map(value -> value == Math.rint(value) ? value : value * (1 + most * random.nextDouble(-1, 1))).toArray();
    }

    private static double toBfloat16(float value) {
        if (!Float.isFinite(value)) {
            return value;
        }
        int bits = Float.floatToRawIntBits(value);
        int odd = bits >>> 16 & 1;
        return Float.intBitsToFloat(bits + 0x7FFF + odd & 0xFFFF0000);
    }
}
