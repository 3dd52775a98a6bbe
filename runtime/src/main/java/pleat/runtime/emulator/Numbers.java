package pleat.runtime.emulator;

/** Floating numbers and their bits. */
final class Numbers {
    private static final int BF16_NAN = 0x7fff;
    private static final int TF32_DROPPED = 0x1fff;

    private Numbers() {}

    static float f32(int bits) {
        return Float.intBitsToFloat(bits);
    }

    static int bits(float value) {
        return Float.floatToRawIntBits(value);
    }

    static float bf16(int bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** To the nearest bf16, ties to even. */
    static int toBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return Float.isNaN(value) ? BF16_NAN : bits + 0x7fff + (bits >>> 16 & 1) >>> 16;
    }

    static float f16(int bits) {
        return Float.float16ToFloat((short) bits);
    }

    static int toF16(float value) {
        return Float.floatToFloat16(value) & 0xffff;
    }

    /** To the nearest tf32, ties away from zero. */
    static int toTf32(int bits) {
        return bits + (TF32_DROPPED + 1 >> 1) & ~TF32_DROPPED;
    }

    /** What a tensor core takes of a 32-bit register: the low bits are not looked at. */
    static float tf32(int bits) {
        return Float.intBitsToFloat(bits & ~TF32_DROPPED);
    }

    static double value(Type type, long bits) {
        return switch (type) {
            case F64 -> Double.longBitsToDouble(bits);
            case F32 -> f32((int) bits);
            case F16 -> f16((int) bits);
            case BF16 -> bf16((int) bits);
            default -> throw new PtxSyntax("." + type + " is no floating type here");
        };
    }

    static long bits(Type type, double value) {
        return switch (type) {
            case F64 -> Double.doubleToRawLongBits(value);
            case F32 -> bits((float) value) & 0xffffffffL;
            case F16 -> toF16((float) value);
            case BF16 -> toBf16((float) value);
            default -> throw new PtxSyntax("." + type + " is no floating type here");
        };
    }

    static float flushed(float value) {
        return Math.abs(value) < Float.MIN_NORMAL ? Math.copySign(0f, value) : value;
    }
}
