package pleat.codegen.llvm;

/** Takes multiples of pi/2 from angles too large for a few constants. See Note [Huge angles]. */
final class HugeAngles {
    /** 2/pi = 0.w0 w1 w2 ... in words of 32 bits: enough for the largest double. */
    private static final long[] TWO_OVER_PI = {
        2734261102L, 1313084713L, 4230436817L, 4113882560L, 3680671129L, 1011060801L, 4266746795L, 3736847713L, 3072618042L,
        1112396512L, 105459434L, 164729372L, 4263373596L, 2972297022L, 3900847605L, 784024708L, 3919343654L, 3026157121L,
        965858873L, 2203269620L, 2625920907L, 3187222587L, 536385535L, 3724908559L, 4012839307L, 1510632735L, 1832287951L,
        667617719L, 1330003814L, 2657085997L, 1965537991L, 3957715323L, 1023883767L, 2320667370L, 1811636145L, 529358088L,
        1443049542L, 4235946923L, 4040145952L, 2599695901L,
    };
    /** Zero words before the table, for angles whose integer part is short. */
    private static final int PADDING = 2;
    /** Words of 2/pi that meet one angle: 2 bits of quadrant, 61 of cancellation at worst, 53 + 53 of mantissas, 31 of shift. */
    private static final int WINDOW = 7;

    private HugeAngles() {}

    /** {@code {r, quadrant} (x, {r, quadrant} near, isHuge)}: replaces the lanes that are huge, as f64. */
    static String in(ModuleText module, int lanes) {
        String name = "@pleat.angle.huge.v" + lanes;
        return module.define(name, () -> {
            String scalar = scalar(module);
            Lanes wide = Lanes.f64(lanes);
            String pair = "{ %s, %s }".formatted(wide.type(), wide.integers());
            String header = "define internal %1$s %2$s(%3$s %%x, %1$s %%near, %4$s %%isHuge) noinline nounwind";
            var f = new FunctionText(header.formatted(pair, name,
                    wide.type(), wide.booleans()));
            f.label("entry");
            if (lanes == 1) {
                f.line("ret %1$s %2$s", pair, f.let("call %s %s(double %%x)", pair, scalar));
                return f.close();
            }
            String r = "poison";
            String quadrant = "poison";
            for (int i = 0; i < lanes; i++) {
                String x = f.let("extractelement %s %%x, i64 %d", wide.type(), i);
                String reduced = f.let("call { double, i64 } %s(double %s)", scalar, x);
                r = f.let("insertelement %s %s, double %s, i64 %d", wide.type(), r, f.let("extractvalue { double, i64 } %s, 0",
                        reduced), i);
                quadrant = f.let("insertelement %s %s, i64 %s, i64 %d", wide.integers(), quadrant,
                        f.let("extractvalue { double, i64 } %s, 1", reduced), i);
            }
            String nearR = f.let("extractvalue %s %%near, 0", pair);
            String nearQuadrant = f.let("extractvalue %s %%near, 1", pair);
            r = f.let("select %1$s %%isHuge, %2$s %3$s, %2$s %4$s", wide.booleans(), wide.type(), r, nearR);
            quadrant = f.let("select %1$s %%isHuge, %2$s %3$s, %2$s %4$s", wide.booleans(), wide.integers(), quadrant,
                    nearQuadrant);
            String result = f.let("insertvalue %s poison, %s %s, 0", pair, wide.type(), r);
            f.line("ret %s %s", pair, f.let("insertvalue %s %s, %s %s, 1", pair, result, wide.integers(), quadrant));
            return f.close();
        });
    }

    /** {@code {double, i64} (double)}; infinities and NaN give NaN. Means nothing below 2^20. */
    private static String scalar(ModuleText module) {
        String name = "@pleat.angle.huge.scalar";
        module.declare(table());
        return module.define(name, () -> {
            var f = new FunctionText("define internal { double, i64 } %s(double %%x) noinline nounwind".formatted(name));
            String big = "i" + 32 * WINDOW;
            f.label("entry");
            String bits = f.let("bitcast double %%x to i64");
            String biased = f.let("and i64 %s, 2047", f.let("lshr i64 %s, 52", bits));
            // |x| = mantissa * 2^exponent. Bit number exponent - 2 of 2/pi gives weight 2; those before it give multiples of 4.
            String mantissa = f.let("or i64 %s, %d", f.let("and i64 %s, %d", bits, (1L << 52) - 1), 1L << 52);
            String first = f.let("add i64 %s, %d", biased, 32 * PADDING - 1075 - 2);
            String product = f.let("mul %s %s, %s", big, window(f, module, first, big), f.let("zext i64 %s to %s", mantissa,
                    big));
            signed(f, module, product, big);
            return f.close();
        });
    }

    /** The bits of 2/pi from number {@code first - 32 * PADDING} on, the first of them on top of the word. */
    private static String window(FunctionText f, ModuleText module, String first, String big) {
        module.declare("declare i64 @llvm.smax.i64(i64, i64)");
        module.declare("declare i64 @llvm.smin.i64(i64, i64)");
        String within = f.let("call i64 @llvm.smax.i64(i64 0, i64 %s)", first);
        int last = TWO_OVER_PI.length + PADDING - WINDOW;
        String word = f.let("call i64 @llvm.smin.i64(i64 %d, i64 %s)", last, f.let("lshr i64 %s, 5", within));
        String window = "0";
        for (int i = 0; i < WINDOW; i++) {
            String at = f.let("getelementptr i32, ptr @pleat.twoOverPi, i64 %s", f.let("add i64 %s, %d", word, i));
            String part = f.let("zext i32 %s to %s", f.let("load i32, ptr %s", at), big);
            window = f.let("or %s %s, %s", big, window, f.let("shl %s %s, %d", big, part, 32 * (WINDOW - 1 - i)));
        }
        String shift = f.let("zext i64 %s to %s", f.let("and i64 %s, 31", within), big);
        return f.let("shl %s %s, %s", big, window, shift);
    }

    /** The product is the angle in quarter turns, with two bits before the binary point: rounds it to the nearest quarter. */
    private static void signed(FunctionText f, ModuleText module, String product, String big) {
        int width = 32 * WINDOW;
        String quarters = f.let("trunc %s %s to i64", big, f.let("lshr %s %s, %d", big, product, width - 2));
        String fraction = f.let("shl %s %s, 2", big, product);
        String isUpper = f.let("icmp slt %s %s, 0", big, fraction);
        String size = f.let("select i1 %1$s, %2$s %3$s, %2$s %4$s", isUpper, big, f.let("sub %s 0, %s", big, fraction), fraction);
        module.declare("declare %1$s @llvm.ctlz.%1$s(%1$s, i1)".formatted(big));
        String zeros = f.let("call %1$s @llvm.ctlz.%1$s(%1$s %2$s, i1 true)", big, size);
        String top = f.let("trunc %s %s to i64", big, f.let("lshr %s %s, %d", big, f.let("shl %s %s, %s", big, size, zeros),
                width - 64));
        String exponent = f.let("sub i64 %d, %s", 1023 - 64, f.let("trunc %s %s to i64", big, zeros));
        String scale = f.let("bitcast i64 %s to double", f.let("shl i64 %s, 52", exponent));
        String turn = f.let("fmul double %s, %s", f.let("uitofp i64 %s to double", top), scale);
        String r = f.let("fmul double %s, %s", turn, Lanes.f64(1).constant(Math.PI / 2));
        String isNegative = f.let("fcmp olt double %%x, 0.0");
        String flips = f.let("xor i1 %s, %s", isUpper, isNegative);
        r = f.let("select i1 %s, double %s, double %s", flips, f.let("fneg double %s", r), r);
        String count = f.let("add i64 %s, %s", quarters, f.let("zext i1 %s to i64", isUpper));
        count = f.let("select i1 %s, i64 %s, i64 %s", isNegative, f.let("sub i64 0, %s", count), count);
        module.declare("declare double @llvm.fabs.f64(double)");
        String isFinite = f.let("fcmp olt double %s, %s", f.let("call double @llvm.fabs.f64(double %%x)"),
                Lanes.f64(1).constant(Double.POSITIVE_INFINITY));
        r = f.let("select i1 %s, double %s, double %s", isFinite, r, Lanes.f64(1).constant(Double.NaN));
        String result = f.let("insertvalue { double, i64 } poison, double %s, 0", r);
        f.line("ret { double, i64 } %s", f.let("insertvalue { double, i64 } %s, i64 %s, 1", result, count));
    }

    private static String table() {
        var words = new StringBuilder("i32 0, ".repeat(PADDING));
        for (int i = 0; i < TWO_OVER_PI.length; i++) {
            words.append(i == 0 ? "" : ", ").append("i32 ").append((int) TWO_OVER_PI[i]);
        }
        return "@pleat.twoOverPi = internal unnamed_addr constant [%d x i32] [ %s ]".formatted(PADDING + TWO_OVER_PI.length,
                words);
    }
}

/*
 * Note [Huge angles]
 * x = m 2^e with a whole number m, and only x mod 2 pi matters. So of 2/pi only the bits matter that, times 2^e m, fall
 * between weight 2 and the last bit wanted (Payne and Hanek, Radian reduction for trigonometric functions, 1983). They are cut
 * out of a table and multiplied with m in one wide integer; what overflows are whole turns.
 */
