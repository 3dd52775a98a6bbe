package pleat.codegen.llvm;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import pleat.ir.type.DType;

/** How f32 values lie in memory, and the code that moves them between memory and registers. */
public enum Storage {
    F32("float", 4),
    /** The upper half of an f32. */
    BF16("i16", 2),
    /** Converted by the processor; loaded and stored as integers, because masks of halves are not for every processor. */
    F16("i16", 2);

    private final String element;
    private final int bytes;

    Storage(String element, int bytes) {
        this.element = element;
        this.bytes = bytes;
    }

    /** Empty for types that are converted element by element. */
    public static Optional<Storage> of(DType dtype) {
        return switch (dtype) {
            case F32 -> Optional.of(F32);
            case BF16 -> Optional.of(BF16);
            case F16 -> Optional.of(F16);
            case F64, I64, I32, I16, I8, U8, BOOL -> Optional.empty();
        };
    }

    public int bytes() {
        return bytes;
    }

    /** What tells two generated functions apart. */
    public String mark() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Loads {@code lanes} neighbours as f32. */
    public String loadVector(FunctionText f, String pointer, int lanes) {
        return toFloat(f, f.let("load <%d x %s>, ptr %s, align %d", lanes, element, pointer, bytes), lanes);
    }

    /**
     * Loads the first {@code count} of {@code lanes} neighbours as f32, and zeros for the others, whose memory is not
     * touched.
     */
    public String loadFirst(FunctionText f, ModuleText module, String pointer, int lanes, String count) {
        String type = "<%d x %s>".formatted(lanes, element);
        String suffix = "v%d%s".formatted(lanes, this == F32 ? "f32" : "i16");
        module.declare("declare %1$s @llvm.masked.load.%2$s.p0(ptr, i32 immarg, <%3$d x i1>, %1$s)".formatted(type, suffix,
                lanes));
        String loaded = f.let("call %1$s @llvm.masked.load.%2$s.p0(ptr %3$s, i32 %4$d, <%5$d x i1> %6$s, %1$s zeroinitializer)",
                type, suffix,
                pointer, bytes, lanes, first(f, lanes, count));
        return toFloat(f, loaded, lanes);
    }

    /** Stores {@code lanes} f32 values, rounded to nearest even where this is the narrower format. */
    public void storeVector(FunctionText f, String values, String pointer, int lanes) {
        f.line("store <%d x %s> %s, ptr %s, align %d", lanes, element, ofFloat(f, values, lanes), pointer, bytes);
    }

    /** As {@link #storeVector}, but only the first {@code count}; the memory of the others is not touched. */
    public void storeFirst(FunctionText f, ModuleText module, String values, String pointer, int lanes, String count) {
        String type = "<%d x %s>".formatted(lanes, element);
        String suffix = "v%d%s".formatted(lanes, this == F32 ? "f32" : "i16");
        module.declare("declare void @llvm.masked.store.%s.p0(%s, ptr, i32 immarg, <%d x i1>)".formatted(suffix, type, lanes));
        f.line("call void @llvm.masked.store.%s.p0(%s %s, ptr %s, i32 %d, <%d x i1> %s)", suffix, type, ofFloat(f, values,
                lanes), pointer,
                bytes, lanes, first(f, lanes, count));
    }

    private String ofFloat(FunctionText f, String values, int lanes) {
        return switch (this) {
            case F32 -> values;
            case BF16 -> {
                String bits = f.let("bitcast <%1$d x float> %2$s to <%1$d x i32>", lanes, values);
                String isOdd = f.let("and <%d x i32> %s, splat (i32 1)", lanes, f.let("lshr <%d x i32> %s, splat (i32 16)",
                        lanes, bits));
                String half = f.let("add <%d x i32> %s, splat (i32 32767)", lanes, isOdd);
                String rounded = f.let("add <%d x i32> %s, %s", lanes, bits, half);
                // Rounding could carry a NaN into an infinity: its quiet bit is set instead.
                String quiet = f.let("or <%d x i32> %s, splat (i32 4194304)", lanes, bits);
                String isNan = f.let("fcmp uno <%1$d x float> %2$s, %2$s", lanes, values);
                String kept = f.let("select <%1$d x i1> %2$s, <%1$d x i32> %3$s, <%1$d x i32> %4$s", lanes, isNan, quiet,
                        rounded);
                yield f.let("trunc <%1$d x i32> %2$s to <%1$d x i16>", lanes, f.let("lshr <%d x i32> %s, splat (i32 16)", lanes,
                        kept));
            }
            case F16 -> f.let("bitcast <%1$d x half> %2$s to <%1$d x i16>", lanes,
                    f.let("fptrunc <%1$d x float> %2$s to <%1$d x half>", lanes, values));
        };
    }

    private static String first(FunctionText f, int lanes, String count) {
        String bounded = f.let("select i1 %s, i64 %s, i64 %d", f.let("icmp ult i64 %s, %d", count, lanes), count, lanes);
        String one = f.let("insertelement <%d x i32> poison, i32 %s, i64 0", lanes, f.let("trunc i64 %s to i32", bounded));
        String all = f.let("shufflevector <%1$d x i32> %2$s, <%1$d x i32> poison, <%1$d x i32> zeroinitializer", lanes, one);
        String numbers = IntStream.range(0, lanes).mapToObj(i -> "i32 " + i).collect(Collectors.joining(", "));
        return f.let("icmp ugt <%d x i32> %s, <%s>", lanes, all, numbers);
    }

    /** Loads one element as f32 into every lane. */
    public String loadSplat(FunctionText f, String pointer, int lanes) {
        String scalar = f.let("load %s, ptr %s, align %d", element, pointer, bytes);
        return switch (this) {
            case F32 -> splat(f, scalar, lanes);
            case BF16 -> {
                // It fills both halves of a lane: one broadcast, and the lower half goes.
                String doubled = f.let("bitcast <%d x i16> %s to <%d x i32>", 2 * lanes, splat(f, scalar, 2 * lanes), lanes);
                String upper = f.let("and <%d x i32> %s, splat (i32 %d)", lanes, doubled, 0xffff_0000);
                yield f.let("bitcast <%1$d x i32> %2$s to <%1$d x float>", lanes, upper);
            }
            case F16 -> toFloat(f, splat(f, scalar, lanes), lanes);
        };
    }

    private String splat(FunctionText f, String scalar, int count) {
        String first = f.let("insertelement <%d x %s> poison, %s %s, i64 0", count, element, element, scalar);
        return f.let("shufflevector <%1$d x %2$s> %3$s, <%1$d x %2$s> poison, <%1$d x i32> zeroinitializer", count, element, first);
    }

    private String toFloat(FunctionText f, String values, int lanes) {
        return switch (this) {
            case F32 -> values;
            case BF16 -> {
                String wide = f.let("zext <%1$d x i16> %2$s to <%1$d x i32>", lanes, values);
                String shifted = f.let("shl <%d x i32> %s, splat (i32 16)", lanes, wide);
                yield f.let("bitcast <%1$d x i32> %2$s to <%1$d x float>", lanes, shifted);
            }
            case F16 -> f.let("fpext <%1$d x half> %2$s to <%1$d x float>", lanes, f.let("bitcast <%1$d x i16> %2$s to <%1$d x half>", lanes, values));
        };
    }
}
