package pleat.codegen.llvm;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The generator Philox-4x32-10 of Salmon, Moraes, Dror and Shaw, SC 2011, on {@code lanes} positions at once, bit for bit as
 * {@link pleat.ir.interp.Philox} has it.
 *
 * @param lanes 1: one position, without vectors
 */
public record RandomNumbers(int lanes) {
    private static final long LOW = 0xFFFF_FFFFL;
    private static final long M0 = 0xD2511F53L;
    private static final long M1 = 0xCD9E8D57L;
    private static final long W0 = 0x9E3779B9L;
    private static final long W1 = 0xBB67AE85L;
    private static final int ROUNDS = 10;

    /** Positions from the first one on, {@code step} apart. */
    public static String positions(FunctionText f, String first, long step, int lanes) {
        if (lanes == 1) {
            return first;
        }
        String one = f.let("insertelement <%d x i64> poison, i64 %s, i64 0", lanes, first);
        String all = f.let("shufflevector <%1$d x i64> %2$s, <%1$d x i64> poison, <%1$d x i32> zeroinitializer", lanes, one);
        String steps = IntStream.range(0, lanes).mapToObj(lane -> "i64 " + lane * step).collect(Collectors.joining(", ", "<", ">"));
        return f.let("add <%d x i64> %s, %s", lanes, all, steps);
    }

    /** Writes the numbers in [0, 1) of the given positions, f32. */
    public String draw(ModuleText module, FunctionText f, String seed, long stream, String positions) {
        String floats = lanes == 1 ? "float" : "<%d x float>".formatted(lanes);
        return f.let("call %s %s(%s %s, i64 %s, i64 %d)", floats, in(module), type(), positions, seed, stream);
    }

    private String type() {
        return lanes == 1 ? "i64" : "<%d x i64>".formatted(lanes);
    }

    private String constant(long value) {
        return lanes == 1 ? Long.toString(value) : "splat (i64 %d)".formatted(value);
    }

    private String in(ModuleText module) {
        String name = "@pleat.philox.%d".formatted(lanes);
        return module.define(name, () -> {
            String floats = lanes == 1 ? "float" : "<%d x float>".formatted(lanes);
            String integers = lanes == 1 ? "i32" : "<%d x i32>".formatted(lanes);
            var f = new FunctionText("define internal %s %s(%s %%position, i64 %%seed, i64 %%stream) nounwind".formatted(floats, name, type()));
            f.label("entry");
            String word = f.let("lshr %s %s, %s", type(), rounds(f), constant(8));
            String number = f.let("uitofp %s %s to %s", integers, f.let("trunc %s %s to %s", type(), word, integers), floats);
            String unit = "0x%016X".formatted(Double.doubleToRawLongBits(0x1p-24));
            f.line("ret %s %s", floats, f.let("fmul %s %s, %s", floats, number, lanes == 1 ? unit : "splat (float %s)".formatted(unit)));
            return f.close();
        });
    }

    /** The first word of the last round; words stand in 64 bits each, so that a product has all of its own. */
    private String rounds(FunctionText f) {
        String c0 = low(f, "%position");
        String c1 = f.let("lshr %s %%position, %s", type(), constant(32));
        String c2 = splat(f, f.let("and i64 %%stream, %d", LOW));
        String c3 = splat(f, f.let("lshr i64 %%stream, 32"));
        for (int round = 0; round < ROUNDS; round++) {
            String product0 = f.let("mul %s %s, %s", type(), c0, constant(M0));
            String product1 = f.let("mul %s %s, %s", type(), c2, constant(M1));
            String key0 = key(f, "%seed", round * W0);
            String key1 = key(f, f.let("lshr i64 %%seed, 32"), round * W1);
            c0 = mixed(f, product1, c1, key0);
            c1 = low(f, product1);
            c2 = mixed(f, product0, c3, key1);
            c3 = low(f, product0);
        }
        return c0;
    }

    private String key(FunctionText f, String word, long weyl) {
        return splat(f, f.let("and i64 %s, %d", f.let("add i64 %s, %d", word, weyl & LOW), LOW));
    }

    private String mixed(FunctionText f, String product, String word, String key) {
        String upper = f.let("lshr %s %s, %s", type(), product, constant(32));
        return f.let("xor %1$s %2$s, %3$s", type(), f.let("xor %s %s, %s", type(), upper, word), key);
    }

    private String low(FunctionText f, String value) {
        return f.let("and %s %s, %s", type(), value, constant(LOW));
    }

    private String splat(FunctionText f, String value) {
        if (lanes == 1) {
            return value;
        }
        String one = f.let("insertelement %s poison, i64 %s, i64 0", type(), value);
        return f.let("shufflevector %1$s %2$s, %1$s poison, <%3$d x i32> zeroinitializer", type(), one, lanes);
    }
}
