package pleat.codegen.llvm;

/**
 * Sine and cosine: {@code x = n pi/2 + r}, computed in f64 for both precisions so that f32 needs no second thought about
 * cancellation; then a polynomial on {@code |r| <= pi/4}, a minimax fit of our own. See Note [Huge angles].
 */
final class Angles {
    /** Up to here n has at most 20 bits, and its products with the 33-bit parts of pi/2 are exact. */
    private static final double LARGEST = 0x1p20;
    private static final double MAGIC = 0x1.8p52;
    /** pi/2 in parts of 33, 33 and 53 bits. */
    private static final double[] HALF_PI = {0x1.921fb544p0, 0x1.0b4611a6p-34, 0x1.3198a2e037073p-69};
    /** (sin(r)/r - 1) / r^2 in powers of r^2; error 2^-37.6 and 2^-68.8. */
    private static final double[] SIN_F32 = {-0.1666666716337204f, 0.008333329111337662f, -0.00019839327433146536f,
            2.7182370558875846e-06f};
    private static final double[] SIN_F64 = {
        -0.16666666666666666, 0.008333333333333323, -0.0001984126984125499, 2.7557319214148956e-06, -2.5052104900570024e-08,
        1.6058365197188037e-10, -7.578625688175997e-13,
    };
    /** (cos(r) - 1 + r^2/2) / r^4 in powers of r^2; error 2^-33.3 and 2^-64.2. */
    private static final double[] COS_F32 = {0.04166664555668831f, -0.001388736185617745f, 2.443773155391682e-05f};
    private static final double[] COS_F64 = {
        0.0416666666666666, -0.001388888888887399, 2.4801587289395082e-05, -2.755731432607062e-07, 2.087571956370957e-09,
        -1.1359448925307442e-11,
    };

    private Angles() {}

    /**
     * An angle less a multiple of pi/2.
     *
     * @param r between -pi/4 and pi/4, in the precision of the lanes
     * @param quadrant integers as wide as the lanes, whose two lowest bits count
     */
    record Reduced(String r, String quadrant) {}

    static Reduced reduce(LaneText t, FunctionText f, ModuleText module, String x) {
        Lanes lanes = t.lanes;
        var wide = new LaneText(module, f, Lanes.f64(lanes.lanes()));
        String wideType = wide.lanes.type();
        String input = lanes.precision() == Lanes.Precision.F64 ? x : f.let("fpext %s %s to %s", lanes.type(), x, wideType);
        String shifted = wide.fma(input, wide.constant(2 / Math.PI), wide.constant(MAGIC));
        String n = wide.sub(shifted, wide.constant(MAGIC));
        String r = input;
        for (double part : HALF_PI) {
            r = wide.fma(n, wide.constant(-part), r);
        }
        String quadrant = wide.integer("sub", wide.bits(shifted), Double.doubleToRawLongBits(MAGIC));
        String isHuge = wide.compare("uge", wide.abs(input), wide.constant(LARGEST));
        String pair = "{ %s, %s }".formatted(wideType, wide.lanes.integers());
        String near = f.let("insertvalue %s poison, %s %s, 0", pair, wideType, r);
        near = f.let("insertvalue %s %s, %s %s, 1", pair, near, wide.lanes.integers(), quadrant);
        String any = lanes.lanes() == 1 ? isHuge : anyOf(f, module, isHuge, lanes.lanes());
        f.line("br i1 %s, label %%huge, label %%reduced", any);
        f.label("huge");
        String far = f.let("call %s %s(%s %s, %s %s, %s %s)", pair, HugeAngles.in(module, lanes.lanes()), wideType, input, pair,
                near,
                wide.lanes.booleans(), isHuge);
        f.line("br label %%reduced");
        f.label("reduced");
        String result = f.let("phi %s [ %s, %%entry ], [ %s, %%huge ]", pair, near, far);
        r = f.let("extractvalue %s %s, 0", pair, result);
        quadrant = f.let("extractvalue %s %s, 1", pair, result);
        return lanes.precision() == Lanes.Precision.F64 ? new Reduced(r, quadrant) : new Reduced(
                f.let("fptrunc %s %s to %s", wideType, r, lanes.type()),
                f.let("trunc %s %s to %s", wide.lanes.integers(), quadrant, lanes.integers()));
    }

    /** The sine of the angle plus {@code quarterTurns} quarters of a turn: 0 is the sine, 1 the cosine. */
    static String sine(LaneText t, Reduced angle, int quarterTurns) {
        boolean isF32 = t.lanes.precision() == Lanes.Precision.F32;
        String quadrant = t.integer("add", angle.quadrant(), quarterTurns);
        String z = t.mul(angle.r(), angle.r());
        String sine = t.fma(t.mul(angle.r(), z), t.polynomial(z, isF32 ? SIN_F32 : SIN_F64), angle.r());
        String tail = t.mul(t.mul(z, z), t.polynomial(z, isF32 ? COS_F32 : COS_F64));
        // 1 - z/2 is rounded; what it lost is added back with the small terms.
        String half = t.mul(z, t.constant(0.5));
        String w = t.sub(t.constant(1), half);
        String cosine = t.add(w, t.add(t.sub(t.sub(t.constant(1), w), half), tail));
        String value = t.select(t.isOdd(quadrant), cosine, sine);
        String sign = t.integer("shl", t.integer("and", quadrant, 2), t.lanes.precision().bits - 2);
        return t.ofBits(t.integer("xor", t.bits(value), sign));
    }

    private static String anyOf(FunctionText f, ModuleText module, String booleans, int lanes) {
        module.declare("declare i1 @llvm.vector.reduce.or.v%1$di1(<%1$d x i1>)".formatted(lanes));
        return f.let("call i1 @llvm.vector.reduce.or.v%1$di1(<%1$d x i1> %2$s)", lanes, booleans);
    }
}
