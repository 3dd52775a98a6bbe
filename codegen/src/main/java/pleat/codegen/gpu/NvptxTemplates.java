package pleat.codegen.gpu;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Forms that rows of {@link NvptxRows} have in common. */
final class NvptxTemplates {
    static final String CONST = "ptr addrspace(1) $0, align %d, !invariant.load !0";
    static final String GLOBAL = "ptr addrspace(1) $0, align %d";
    static final String SHARED_SPACE = "ptr addrspace(3) $0, align %d";
    static final String OF_BF16 = "; zext i16 # to i32; shl i32 #, 16; bitcast i32 # to float";
    static final String FOUR_OF_BF16 = "; zext <4 x i16> # to <4 x i32>; shl <4 x i32> #, splat (i32 16); bitcast <4 x i32> # to <4 x float>";

    private NvptxTemplates() {}

    static String load(String type, int bytes, String place) {
        return "load %s, %s".formatted(type, place.formatted(bytes));
    }

    /** Cuts towards zero, inside the range of the type. */
    static String integer(String conversion, int bits, int bytes) {
        return "call i%2$d @llvm.%1$s.sat.i%2$d.f32(float $1); store i%2$d #, ptr addrspace(1) $0, align %3$d".formatted(conversion, bits, bytes);
    }

    /** Operands from number 1 on, side by side. */
    static String vector(String element, int count) {
        return IntStream.range(0, count).mapToObj(i -> "insertelement <%d x %s> %s, %s $%d, i64 %d".formatted(count, element, i == 0 ? "poison" : "#",
                element, i + 1, i)).collect(Collectors.joining("; "));
    }

    /** A copy of a box with so many dims, told nothing of other blocks and of caches. */
    static String bulk(int dims) {
        String at = IntStream.range(0, dims).mapToObj(d -> "i32 $" + (2 + d)).collect(Collectors.joining(", "));
        return "call void @llvm.nvvm.cp.async.bulk.tensor.g2s.tile.%dd(ptr addrspace(3) $0, ptr addrspace(3) $%d, ptr $1, %s, i16 0, i64 0, i1 false, i1 false)"
                .formatted(dims, 2 + dims, at);
    }

    /** A product of matrices whose fragments are words. */
    static String product(String shape, String word) {
        String fragments = IntStream.range(0, 6).mapToObj(i -> word + " $" + i).collect(Collectors.joining(", "));
        return "call { float, float, float, float } @llvm.nvvm.mma.%s(%s, %s)".formatted(shape, fragments, accumulators());
    }

    /** A product of matrices whose fragments are pairs of halves. */
    static String halves(String shape) {
        String fragments = IntStream.range(0, 6).mapToObj(i -> "<2 x half> cast($%d)".formatted(i)).collect(Collectors.joining(", "));
        return "call { float, float, float, float } @llvm.nvvm.mma.%s(%s, %s)".formatted(shape, fragments, accumulators());
    }

    private static String accumulators() {
        return IntStream.range(6, 10).mapToObj(i -> "float $" + i).collect(Collectors.joining(", "));
    }
}
