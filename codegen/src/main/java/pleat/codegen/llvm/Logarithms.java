package pleat.codegen.llvm;

/**
 * The natural logarithm: {@code x = 2^e (1 + f)} with 1 + f between the square roots of 1/2 and 2. For f32 a polynomial in f as
 * in Cephes' logf, for f64 one in {@code (f / (2 + f))^2} as in fdlibm's e_log; the coefficients are fits of our own.
 */
final class Logarithms {
    /** (log(1 + f) - f + f^2/2) / f^3; largest relative error of the logarithm 2^-27.4. */
    private static final double[] LOG_F32 = {
        0.3333333134651184f, -0.250008225440979f, 0.20001226663589478f, -0.16623356938362122f, 0.14201751351356506f,
        -0.13160184025764465f, 0.12761621177196503f, -0.07634547352790833f,
    };
    /** (2 atanh(s) - 2 s) / s^3 in powers of s^2; error 2^-65.7. */
    private static final double[] LOG_F64 = {
        0.6666666666666666, 0.4000000000000624, 0.28571428569087304, 0.2222222264657609, 0.1818177568356307,
        0.15387089954617716, 0.1325013649167178, 0.13251160162915565,
    };
    private static final double UPPER_LN2_F32 = 0x1.62e4p-1;
    private static final double LOWER_LN2_F32 = 0x1.7f7d1cp-20;
    private static final double UPPER_LN2_F64 = 0x1.62e42fefa4p-1;
    private static final double LOWER_LN2_F64 = -0x1.8432a1b0e2634p-43;

    private Logarithms() {}

    static String log(LaneText t, String x) {
        Lanes.Precision precision = t.lanes.precision();
        int mantissaBits = precision.mantissaBits;
        double smallestNormal = Math.scalb(1.0, 1 - precision.exponentBias());
        String isSmall = t.compare("olt", x, t.constant(smallestNormal));
        String normal = t.select(isSmall, t.mul(x, t.constant(Math.scalb(1.0, mantissaBits))), x);
        // Subtracting the bits of sqrt(1/2) makes the exponent step where 1 + f does.
        String bits = t.bits(normal);
        String exponent = t.integer("ashr", t.integer("sub", bits, precision.encode(Math.sqrt(0.5))), mantissaBits);
        String f = t.sub(t.ofBits(t.integer("sub", bits, t.integer("shl", exponent, mantissaBits))), t.constant(1));
        String e = t.sub(t.toFloat(exponent), t.select(isSmall, t.constant(mantissaBits), t.constant(0)));
        String result = switch (precision) {
            case F32 -> ofParts32(t, e, f);
            case F64 -> ofParts64(t, e, f);
        };
        return special(t, x, result);
    }

    private static String ofParts32(LaneText t, String e, String f) {
        String square = t.mul(f, f);
        String tail = t.mul(t.mul(f, square), t.polynomial(f, LOG_F32));
        String small = t.fma(square, t.constant(-0.5), t.fma(e, t.constant(LOWER_LN2_F32), tail));
        return t.fma(e, t.constant(UPPER_LN2_F32), t.add(f, small));
    }

    private static String ofParts64(LaneText t, String e, String f) {
        String s = t.div(f, t.add(f, t.constant(2)));
        String z = t.mul(s, s);
        String halfSquare = t.mul(t.mul(f, f), t.constant(0.5));
        String series = t.mul(z, t.polynomial(z, LOG_F64));
        String correction = t.fma(s, t.add(halfSquare, series), t.mul(e, t.constant(LOWER_LN2_F64)));
        return t.fma(e, t.constant(UPPER_LN2_F64), t.sub(f, t.sub(halfSquare, correction)));
    }

    private static String special(LaneText t, String x, String result) {
        String finite = t.select(t.compare("ult", x, t.constant(Double.POSITIVE_INFINITY)), result, x); // infinity itself
        String known = t.select(t.compare("uno", x, x), x, finite);
        String real = t.select(t.compare("olt", x, t.constant(0)), t.constant(Double.NaN), known);
        return t.select(t.compare("oeq", x, t.constant(0)), t.constant(Double.NEGATIVE_INFINITY), real);
    }
}
