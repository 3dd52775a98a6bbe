package pleat.codegen.llvm;

/**
 * The floating point values that a generated function works on at once.
 *
 * @param lanes of the vector; 1 means a scalar
 */
public record Lanes(Precision precision, int lanes) {
    /** Width of one value; the constants describe its IEEE 754 encoding. */
    public enum Precision {
        F32("float", "f32", 32, 23),
        F64("double", "f64", 64, 52);

        final String type;
        final String mark;
        final int bits;
        final int mantissaBits;

        Precision(String type, String mark, int bits, int mantissaBits) {
            this.type = type;
            this.mark = mark;
            this.bits = bits;
            this.mantissaBits = mantissaBits;
        }

        int exponentBias() {
            return (1 << bits - mantissaBits - 2) - 1;
        }

        long encode(double value) {
            return switch (this) {
                case F32 -> Integer.toUnsignedLong(Float.floatToRawIntBits((float) value));
                case F64 -> Double.doubleToRawLongBits(value);
            };
        }
    }

    public static Lanes f32(int lanes) {
        return new Lanes(Precision.F32, lanes);
    }

    public static Lanes f64(int lanes) {
        return new Lanes(Precision.F64, lanes);
    }

    /** LLVM's type of the values. */
    public String type() {
        return vectorOf(precision.type);
    }

    /** LLVM's type of integers as wide as the values. */
    public String integers() {
        return vectorOf("i" + precision.bits);
    }

    /** LLVM's type of the results of a comparison. */
    public String booleans() {
        return vectorOf("i1");
    }

    /** The overload suffix of LLVM's intrinsics: {@code v16f32}, or {@code f32} of a scalar. */
    public String suffix() {
        return lanes == 1 ? precision.mark : "v" + lanes + precision.mark;
    }

    /** The same value in every lane. It must be exact in this precision. */
    public String constant(double value) {
        // LLVM writes constants of both precisions as the bits of a double.
        String text = "0x%016X".formatted(Double.doubleToRawLongBits(precision == Precision.F32 ? (float) value : value));
        return lanes == 1 ? text : "splat (%s %s)".formatted(precision.type, text);
    }

    /** The same integer in every lane. */
    public String integer(long value) {
        return lanes == 1 ? Long.toString(value) : "splat (i%d %d)".formatted(precision.bits, value);
    }

    private String vectorOf(String element) {
        return lanes == 1 ? element : "<%d x %s>".formatted(lanes, element);
    }
}
