package pleat.codegen.cpu;

import pleat.codegen.llvm.FunctionText;
import pleat.codegen.llvm.ModuleText;
import pleat.ir.type.DType;

/**
 * Moves elements between memory and f32 values, one or a vector of neighbours. Whatever is not f32 is converted: f64 loses precision, a
 * number stored as an integer is cut towards zero and stays inside its range, and as a truth value it is 1 unless it is 0.
 */
final class Elements {
    private final ModuleText module;
    private final FunctionText f;

    Elements(ModuleText module, FunctionText f) {
        this.module = module;
        this.f = f;
    }

    static String vector(String element, int lanes) {
        return lanes == 1 ? element : "<%d x %s>".formatted(lanes, element);
    }

    static String type(DType dtype) {
        return switch (dtype) {
            case F64 -> "double";
            case F32 -> "float";
            case F16 -> "half";
            case BF16, I16 -> "i16";
            case I64 -> "i64";
            case I32 -> "i32";
            case I8, U8, BOOL -> "i8";
        };
    }

    static String constant(String value, String element, int lanes) {
        return lanes == 1 ? value : "splat (%s %s)".formatted(element, value);
    }

    String load(DType dtype, String pointer, int lanes) {
        return decoded(dtype, f.let("load %s, ptr %s, align %d", vector(type(dtype), lanes), pointer, dtype.bytes()), lanes);
    }

    /** A whole number in 64 bits. */
    String number(DType dtype, String pointer) {
        String value = f.let("load %s, ptr %s, align %d", type(dtype), pointer, dtype.bytes());
        return dtype == DType.I64 ? value : f.let("%s %s %s to i64", dtype == DType.U8 ? "zext" : "sext", type(dtype), value);
    }

    /** Loads the lanes whose bit in {@code mask} is set; the others are 0. */
    String load(DType dtype, String pointer, int lanes, String mask) {
        String type = vector(type(dtype), lanes);
        String name = "@llvm.masked.load.%s.p0".formatted(suffix(dtype, lanes));
        module.declare("declare %1$s %2$s(ptr, i32 immarg, <%3$d x i1>, %1$s)".formatted(type, name, lanes));
        return decoded(dtype, f.let("call %1$s %2$s(ptr %3$s, i32 %4$d, <%5$d x i1> %6$s, %1$s zeroinitializer)", type, name, pointer, dtype.bytes(),
                lanes, mask), lanes);
    }

    private String decoded(DType dtype, String raw, int lanes) {
        String from = vector(type(dtype), lanes);
        String to = vector("float", lanes);
        return switch (dtype) {
            case F32 -> raw;
            case F64 -> f.let("fptrunc %s %s to %s", from, raw, to);
            case F16 -> f.let("fpext %s %s to %s", from, raw, to);
            case BF16 -> {
                String integers = vector("i32", lanes);
                String wide = f.let("zext %s %s to %s", from, raw, integers);
                String shifted = f.let("shl %s %s, %s", integers, wide, constant("16", "i32", lanes));
                yield f.let("bitcast %s %s to %s", integers, shifted, to);
            }
            case I64, I32, I16, I8 -> f.let("sitofp %s %s to %s", from, raw, to);
            case U8, BOOL -> f.let("uitofp %s %s to %s", from, raw, to);
        };
    }

    void store(DType dtype, String value, String pointer, int lanes) {
        f.line("store %s %s, ptr %s, align %d", vector(type(dtype), lanes), encoded(dtype, value, lanes), pointer, dtype.bytes());
    }

    /** Stores the lanes whose bit in {@code mask} is set. */
    void store(DType dtype, String value, String pointer, int lanes, String mask) {
        String type = vector(type(dtype), lanes);
        String suffix = suffix(dtype, lanes);
        module.declare("declare void @llvm.masked.store.%s.p0(%s, ptr, i32 immarg, <%d x i1>)".formatted(suffix, type, lanes));
        f.line("call void @llvm.masked.store.%s.p0(%s %s, ptr %s, i32 %d, <%d x i1> %s)", suffix, type, encoded(dtype, value, lanes), pointer,
                dtype.bytes(), lanes, mask);
    }

    private static String suffix(DType dtype, int lanes) {
        return "v%d%s".formatted(lanes, switch (dtype) {
            case F64 -> "f64";
            case F32 -> "f32";
            case F16 -> "f16";
            case BF16, I16 -> "i16";
            case I64 -> "i64";
            case I32 -> "i32";
            case I8, U8, BOOL -> "i8";
        });
    }

    private String encoded(DType dtype, String value, int lanes) {
        String from = vector("float", lanes);
        String to = vector(type(dtype), lanes);
        return switch (dtype) {
            case F32 -> value;
            case F64 -> f.let("fpext %s %s to %s", from, value, to);
            case F16 -> f.let("fptrunc %s %s to %s", from, value, to);
            case BF16 -> bfloat(value, lanes);
            case I64, I32, I16, I8 -> integer("fptosi", value, type(dtype), lanes);
            case U8 -> integer("fptoui", value, type(dtype), lanes);
            case BOOL -> {
                String isTrue = f.let("fcmp une %s %s, %s", from, value, constant("0.0", "float", lanes));
                yield f.let("zext %s %s to %s", vector("i1", lanes), isTrue, to);
            }
        };
    }

    /** Rounds to nearest, ties to even, by adding just under half of the last place that is kept; a NaN keeps a bit that makes it one. */
    private String bfloat(String value, int lanes) {
        String integers = vector("i32", lanes);
        String bits = f.let("bitcast %s %s to %s", vector("float", lanes), value, integers);
        String upper = f.let("lshr %s %s, %s", integers, bits, constant("16", "i32", lanes));
        String odd = f.let("and %s %s, %s", integers, upper, constant("1", "i32", lanes));
        String half = f.let("add %s %s, %s", integers, odd, constant("32767", "i32", lanes));
        String rounded = f.let("lshr %s %s, %s", integers, f.let("add %s %s, %s", integers, bits, half), constant("16", "i32", lanes));
        String nan = f.let("fcmp uno %s %s, %s", vector("float", lanes), value, value);
        String quiet = f.let("or %s %s, %s", integers, upper, constant("64", "i32", lanes));
        String chosen = f.let("select %s %s, %s %s, %s %s", vector("i1", lanes), nan, integers, quiet, integers, rounded);
        return f.let("trunc %s %s to %s", integers, chosen, vector("i16", lanes));
    }

    private String integer(String conversion, String value, String element, int lanes) {
        String floats = vector("float", lanes);
        String suffix = lanes == 1 ? "" : "v" + lanes;
        String to = vector(element, lanes);
        String name = "@llvm.%s.sat.%s%s.%sf32".formatted(conversion, suffix, element, suffix);
        module.declare("declare %s %s(%s)".formatted(to, name, floats));
        return f.let("call %s %s(%s %s)", to, name, floats, value);
    }
}
