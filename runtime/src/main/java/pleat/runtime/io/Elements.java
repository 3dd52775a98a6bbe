package pleat.runtime.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import pleat.ir.type.DType;

/** How one element of each type is read and written. */
final class Elements {
    private Elements() {}

    interface Reader {
        double read(MemorySegment bytes, long index);
    }

    interface LongReader {
        long read(MemorySegment bytes, long index);
    }

    interface Writer {
        void write(MemorySegment bytes, long index, double value);
    }

    interface LongWriter {
        void write(MemorySegment bytes, long index, long value);
    }

    static Reader reader(DType dtype) {
        return switch (dtype) {
            case F64 -> (bytes, i) -> bytes.get(LittleEndian.F64, i * 8);
            case F32 -> (bytes, i) -> bytes.get(LittleEndian.F32, i * 4);
            case F16 -> (bytes, i) -> Float.float16ToFloat(bytes.get(LittleEndian.I16, i * 2));
            case BF16 -> (bytes, i) -> Float.intBitsToFloat(bytes.get(LittleEndian.I16, i * 2) << 16);
            case I64, I32, I16, I8, U8, BOOL -> {
                var reader = longReader(dtype);
                yield reader::read;
            }
        };
    }

    static LongReader longReader(DType dtype) {
        return switch (dtype) {
            case I64 -> (bytes, i) -> bytes.get(LittleEndian.I64, i * 8);
            case I32 -> (bytes, i) -> bytes.get(LittleEndian.I32, i * 4);
            case I16 -> (bytes, i) -> bytes.get(LittleEndian.I16, i * 2);
            case I8 -> (bytes, i) -> bytes.get(ValueLayout.JAVA_BYTE, i);
            case U8 -> (bytes, i) -> Byte.toUnsignedLong(bytes.get(ValueLayout.JAVA_BYTE, i));
            case BOOL -> (bytes, i) -> bytes.get(ValueLayout.JAVA_BYTE, i) == 0 ? 0 : 1;
            case F64, F32, F16, BF16 -> throw new IllegalArgumentException(dtype.text() + " values are not integers");
        };
    }

    static Writer writer(DType dtype) {
        return switch (dtype) {
            case F64 -> (bytes, i, value) -> bytes.set(LittleEndian.F64, i * 8, value);
            case F32 -> (bytes, i, value) -> bytes.set(LittleEndian.F32, i * 4, (float) value);
            case F16 -> (bytes, i, value) -> bytes.set(LittleEndian.I16, i * 2, Float.floatToFloat16(roundToOdd(value)));
            case BF16 -> (bytes, i, value) -> bytes.set(LittleEndian.I16, i * 2, bfloat16(roundToOdd(value)));
            case I64, I32, I16, I8, U8, BOOL ->
                throw new IllegalArgumentException(dtype.text() + " does not hold floating values");
        };
    }

    static LongWriter longWriter(DType dtype) {
        return switch (dtype) {
            case I64 -> (bytes, i, value) -> bytes.set(LittleEndian.I64, i * 8, value);
            case I32 -> (bytes, i, value) -> bytes.set(LittleEndian.I32, i * 4, Math.toIntExact(value));
            case I16 -> (bytes, i, value) ->
                bytes.set(LittleEndian.I16, i * 2, (short) inRange(value, Short.MIN_VALUE, Short.MAX_VALUE));
            case I8 -> (bytes, i, value) ->
                bytes.set(ValueLayout.JAVA_BYTE, i, (byte) inRange(value, Byte.MIN_VALUE, Byte.MAX_VALUE));
            case U8 -> (bytes, i, value) -> bytes.set(ValueLayout.JAVA_BYTE, i, (byte) inRange(value, 0, 255));
            case BOOL -> (bytes, i, value) -> bytes.set(ValueLayout.JAVA_BYTE, i, (byte) inRange(value, 0, 1));
            case F64, F32, F16, BF16 -> throw new IllegalArgumentException(dtype.text() + " values are not integers");
        };
    }

    /** Whether every value of {@code from} is a value of {@code to}. */
    static boolean widens(DType from, DType to) {
        return switch (from) {
            case F64 -> to == DType.F64;
            case F32 -> to == DType.F32 || to == DType.F64;
            case F16 -> to == DType.F16 || to == DType.F32 || to == DType.F64;
            case BF16 -> to == DType.BF16 || to == DType.F32 || to == DType.F64;
            case I64 -> to == DType.I64;
            case I32 -> to == DType.I32 || to == DType.I64 || to == DType.F64;
            case I16 -> to == DType.I16 || to == DType.I32 || to == DType.I64 || to == DType.F32 || to == DType.F64;
            case I8 -> to != DType.U8 && to != DType.BOOL;
            case U8 -> to != DType.I8 && to != DType.BOOL;
            case BOOL -> true;
        };
    }

    /** A float that rounds to fewer bits as {@code value} itself would (rounding to odd: Boldo, Melquiond 2008). */
    private static float roundToOdd(double value) {
        var nearest = (float) value;
        if (nearest == value || Double.isNaN(value) || Float.isInfinite(nearest)) {
            return nearest;
        }
        var bits = Float.floatToRawIntBits(nearest);
        var towardsZero = Math.abs((double) nearest) > Math.abs(value) ? bits - 1 : bits;
        return Float.intBitsToFloat(towardsZero | 1);
    }

    /** Round to nearest, ties to even; a NaN keeps a bit that makes it one. */
    private static short bfloat16(float value) {
        var bits = Float.floatToRawIntBits(value);
        return Float.isNaN(value) ? (short) (bits >>> 16 | 0x40) : (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }

    private static long inRange(long value, long low, long high) {
        if (value < low || value > high) {
            throw new IllegalArgumentException(value + " is not in " + low + ".." + high);
        }
        return value;
    }
}
