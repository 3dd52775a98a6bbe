package pleat.codegen.llvm;

import java.util.Locale;

/** How a float lies in memory; arithmetic is always f32. */
public enum Storage {
    F32("float", 4),
    /** The upper half of an f32. */
    BF16("i16", 2);

    private final String element;
    private final int bytes;

    Storage(String element, int bytes) {
        this.element = element;
        this.bytes = bytes;
    }

    public int bytes() {
        return bytes;
    }

    /** What tells two generated functions apart. */
    String mark() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Loads {@code lanes} neighbours as f32. */
    String loadVector(FunctionText f, String pointer, int lanes) {
        return switch (this) {
            case F32 -> f.let("load <%d x float>, ptr %s, align 4", lanes, pointer);
            case BF16 -> {
                String half = f.let("load <%d x i16>, ptr %s, align 2", lanes, pointer);
                String wide = f.let("zext <%1$d x i16> %2$s to <%1$d x i32>", lanes, half);
                String shifted = f.let("shl <%d x i32> %s, splat (i32 16)", lanes, wide);
                yield f.let("bitcast <%1$d x i32> %2$s to <%1$d x float>", lanes, shifted);
            }
        };
    }

    /** Loads one element as f32 into every lane. */
    String loadSplat(FunctionText f, String pointer, int lanes) {
        String scalar = f.let("load %s, ptr %s, align %d", element, pointer, bytes);
        String first = f.let("insertelement <%d x %s> poison, %s %s, i64 0", lanes, element, element, scalar);
        String all = f.let("shufflevector <%1$d x %2$s> %3$s, <%1$d x %2$s> poison, <%1$d x i32> zeroinitializer", lanes, element, first);
        return switch (this) {
            case F32 -> all;
            case BF16 -> {
                String wide = f.let("zext <%1$d x i16> %2$s to <%1$d x i32>", lanes, all);
                String shifted = f.let("shl <%d x i32> %s, splat (i32 16)", lanes, wide);
                yield f.let("bitcast <%1$d x i32> %2$s to <%1$d x float>", lanes, shifted);
            }
        };
    }
}
