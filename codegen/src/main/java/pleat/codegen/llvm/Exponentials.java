package pleat.codegen.llvm;

/**
 * Functions that come from e to the power of r on {@code |r| <= ln(2) / 2}: {@code x = n ln(2) + r}, {@code exp(x) = 2^n exp(r)}
 * (Cody and Waite, Software Manual for the Elementary Functions, 1980, chapter 6). The polynomials are minimax fits of
 * our own, by the exchange algorithm of Remez in 240 bits.
 */
final class Exponentials {
    private static final double LOG2_E = 1 / Math.log(2);
    /** (exp(r) - 1 - r) / r^2; largest relative error of exp 2^-28.3. */
    private static final double[] EXP_F32 = {
        0.4999999403953552f, 0.1666652113199234f, 0.04166838899254799f, 0.008368716575205326f, 0.0013814611593261361f,
    };
    /** As above; error 2^-64. */
    private static final double[] EXP_F64 = {
        0.5, 0.16666666666666682, 0.041666666666666095, 0.008333333333317035, 0.0013888888889115427, 0.0001984126989638054,
        2.4801586926951727e-05, 2.755723486442574e-06, 2.75575816191314e-07, 2.5112036170890887e-08, 2.082668869221173e-09,
    };
    /** (2^r - 1) / r on |r| at most 1/2; largest relative error of 2^r 2^-28.5. */
    private static final double[] EXP2_F32 = {
        0.6931472420692444f, 0.24022652208805084f, 0.055503103882074356f, 0.009617693722248077f, 0.001340664573945105f,
        0.00015594570140819997f,
    };
    /** As above; error 2^-63.9. */
    private static final double[] EXP2_F64 = {
        0.6931471805599453, 0.24022650695910072, 0.055504108664821736, 0.009618129107628562, 0.0013333558146381736,
        0.00015403530393171973, 1.525273386484816e-05, 1.3215487003305578e-06, 1.0178047529765874e-07, 7.054814874287009e-09,
        4.4572395408398864e-10, 2.5855184013919272e-11,
    };
    /** (tanh(x)/x - 1) / x^2 in powers of x^2 for |x| below 0.625; error 2^-27.8. */
    private static final double[] TANH_F32 = {
        -0.3333328068256378f, 0.13331441581249237f, -0.05373971909284592f, 0.020639093592762947f, -0.005704992450773716f,
    };

    private Exponentials() {}

    /** {@code x = n ln(2) + r} with n rounded to nearest. */
    private record Reduced(Nearest n, String r) {}

    /** A whole number in two forms. */
    private record Nearest(String asFloat, String asInteger) {}

    /** The bounds are past the arguments at which the result becomes zero and infinity. */
    static String exp(LaneText t, String x) {
        String bounded = switch (t.lanes.precision()) {
            case F32 -> t.atLeast(t.atMost(x, 89), -104);
            case F64 -> t.atLeast(t.atMost(x, 710), -746);
        };
        Reduced reduced = reduce(t, bounded);
        return scale(t, t.add(expLessOne(t, reduced.r()), t.constant(1)), reduced.n().asInteger());
    }

    /** One multiplication by 2^n is enough where neither end of the range can be passed; it also keeps a NaN. */
    static String expNotPositive(LaneText t, String x) {
        double zeroBelow = switch (t.lanes.precision()) {
            case F32 -> -87.33654f;
            case F64 -> -708.3964185322641;
        };
        Reduced reduced = reduce(t, x);
        String value = t.mul(t.add(expLessOne(t, reduced.r()), t.constant(1)), t.powerOfTwo(reduced.n().asInteger()));
        return t.select(t.compare("olt", x, t.constant(zeroBelow)), t.constant(0), value);
    }

    static String exp2(LaneText t, String x) {
        String bounded = switch (t.lanes.precision()) {
            case F32 -> t.atLeast(t.atMost(x, 129), -151);
            case F64 -> t.atLeast(t.atMost(x, 1025), -1076);
        };
        Nearest n = nearest(t, t.add(bounded, t.constant(magic(t))));
        String r = t.sub(bounded, n.asFloat());
        double[] coefficients = switch (t.lanes.precision()) {
            case F32 -> EXP2_F32;
            case F64 -> EXP2_F64;
        };
        return scale(t, t.fma(t.polynomial(r, coefficients), r, t.constant(1)), n.asInteger());
    }

    /** From {@code e = exp(-|x|)}, which cannot overflow: {@code 1 / (1 + e)}, or {@code e / (1 + e)} for a negative x. */
    static String sigmoid(LaneText t, String x) {
        String e = t.apply(MathFunction.EXP_NOT_POSITIVE, t.sub(t.constant(-0.0), t.abs(x)));
        String one = t.constant(1);
        String isNegative = t.compare("olt", x, t.constant(0));
        String sum = t.add(one, e);
        String quotient = t.div(t.select(isNegative, e, one), sum);
        // What rounding took from 1 + e is put back, to first order; it is the larger part of the error.
        String lost = t.sub(e, t.sub(sum, one));
        String inverse = t.select(isNegative, t.sub(one, quotient), quotient);
        return t.fma(t.mul(quotient, lost), t.sub(t.constant(0), inverse), quotient);
    }

    static String tanh(LaneText t, String x) {
        return switch (t.lanes.precision()) {
            case F32 -> tanh32(t, x);
            case F64 -> tanh64(t, x);
        };
    }

    /** A polynomial below 0.625, {@code 1 - 2 / (exp(2 |x|) + 1)} above, as in Cephes' tanhf. */
    private static String tanh32(LaneText t, String x) {
        String size = t.abs(x);
        String square = t.mul(x, x);
        String near = t.fma(t.mul(size, square), t.polynomial(square, TANH_F32), size);
        String e = t.apply(MathFunction.EXP, t.add(size, size));
        String far = t.sub(t.constant(1), t.div(t.constant(2), t.add(e, t.constant(1))));
        return t.copySign(t.select(t.compare("olt", size, t.constant(0.625)), near, far), x);
    }

    /** {@code m / (m + 2)} with {@code m = exp(2 |x|) - 1} found without cancellation. Past |x| = 20 it is 1. */
    private static String tanh64(LaneText t, String x) {
        String size = t.abs(x);
        Reduced reduced = reduce(t, t.atMost(t.add(size, size), 40));
        String power = t.powerOfTwo(reduced.n().asInteger());
        String m = t.fma(power, expLessOne(t, reduced.r()), t.sub(power, t.constant(1)));
        return t.copySign(t.div(m, t.add(m, t.constant(2))), x);
    }

    private static String expLessOne(LaneText t, String r) {
        double[] coefficients = switch (t.lanes.precision()) {
            case F32 -> EXP_F32;
            case F64 -> EXP_F64;
        };
        return t.fma(t.polynomial(r, coefficients), t.mul(r, r), r);
    }

    /** The upper part of ln 2 has trailing zeros, so that its product with n is exact without a fused multiply-add too. */
    private static Reduced reduce(LaneText t, String x) {
        double upper = switch (t.lanes.precision()) {
            case F32 -> 0x1.62e4p-1;
            case F64 -> 0x1.62e42fefa4p-1;
        };
        double lower = switch (t.lanes.precision()) {
            case F32 -> 0x1.7f7d1cp-20;
            case F64 -> -0x1.8432a1b0e2634p-43;
        };
        Nearest n = nearest(t, t.fma(x, t.constant(LOG2_E), t.constant(magic(t))));
        String r = t.fma(n.asFloat(), t.constant(-upper), x);
        return new Reduced(n, t.fma(n.asFloat(), t.constant(-lower), r));
    }

    /** Adding 1.5 * 2^mantissa leaves the nearest integer in the low bits: rounding and conversion in one addition. */
    private static double magic(LaneText t) {
        return 1.5 * Math.scalb(1.0, t.lanes.precision().mantissaBits);
    }

    private static Nearest nearest(LaneText t, String shifted) {
        String magicBits = t.lanes.integer(t.lanes.precision().encode(magic(t)));
        return new Nearest(t.sub(shifted, t.constant(magic(t))), t.integer("sub", t.bits(shifted), magicBits));
    }

    /** Two multiplications, because 2^n alone may be past the largest or the smallest normal number while the product is not. */
    private static String scale(LaneText t, String value, String n) {
        String half = t.integer("ashr", n, 1);
        String rest = t.integer("sub", n, half);
        return t.mul(t.mul(value, t.powerOfTwo(half)), t.powerOfTwo(rest));
    }
}
