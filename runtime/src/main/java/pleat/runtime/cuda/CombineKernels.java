package pleat.runtime.cuda;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import pleat.ir.index.Reduction;
import pleat.ir.type.DType;

/**
 * Kernels that combine the elements of several blocks, one thread to an element, the blocks in their order. Elements of 16 bits are combined in 32 and
 * rounded once.
 */
final class CombineKernels {
    static final CombineKernels NONE = new CombineKernels(ImmutableMap.of());

    private static final int THREADS = 256;
    private static final List<DType> TYPES = List.of(DType.F32, DType.BF16, DType.F16, DType.I32);
    private static final List<Reduction> REDUCTIONS = List.of(Reduction.SUM, new Reduction.Max(), new Reduction.Min());

    private final ImmutableMap<String, Driver.Kernel> kernels;

    private CombineKernels(ImmutableMap<String, Driver.Kernel> kernels) {
        this.kernels = kernels;
    }

    /**
     * What is combined.
     *
     * @param parts blocks of {@code bytes} each, one behind the other
     * @param result where the combined block goes
     */
    record Operands(long parts, long result, long bytes, int members) {}

    static CombineKernels load(Driver driver) {
        var module = driver.load(ptx());
        var kernels = ImmutableMap.<String, Driver.Kernel>builder();
        TYPES.forEach(type -> REDUCTIONS.forEach(reduction -> kernels.put(name(type, reduction), module.kernel(name(type, reduction)))));
        return new CombineKernels(kernels.build());
    }

    void run(Driver driver, DType type, Reduction reduction, Operands operands) {
        long elements = operands.bytes() / type.bytes();
        if (elements == 0) {
            return;
        }
        var parameters = new Parameters().i64(operands.parts()).i64(operands.result()).i64(elements).i32(operands.members());
        int blocks = Math.toIntExact(Math.ceilDiv(elements, THREADS));
        driver.launch(new Driver.Launch(kernels.get(name(type, reduction)), Driver.Extent.of(blocks), Driver.Extent.of(THREADS), 0, parameters.toBytes()));
    }

    private static String name(DType type, Reduction reduction) {
        return "combine_" + type.text() + "_" + switch (reduction) {
            case Reduction.Sum _ -> "sum";
            case Reduction.Max _ -> "max";
            case Reduction.Min _ -> "min";
            case Reduction.None _ -> throw new IllegalArgumentException("nothing is combined");
        };
    }

    static String ptx() {
        var text = new StringBuilder(".version 7.8\n.target sm_80\n.address_size 64\n");
        TYPES.forEach(type -> REDUCTIONS.forEach(reduction -> text.append(kernel(type, reduction))));
        return text.toString();
    }

    private static String kernel(DType type, Reduction reduction) {
        return """
                .visible .entry NAME(.param .u64 parts, .param .u64 result, .param .u64 elements, .param .u32 members)
                {
                    .reg .pred %p<2>;
                    .reg .b16 %h<1>;
                    .reg .b32 %r<7>;
                    .reg .b64 %rd<8>;
                INDEX    ld.param.u64 %rd3, [parts];
                    ld.param.u64 %rd4, [result];
                    shl.b64 %rd5, %rd0, SHIFT;
                    shl.b64 %rd6, %rd2, SHIFT;
                    add.s64 %rd3, %rd3, %rd5;
                    add.s64 %rd4, %rd4, %rd5;
                    ld.param.u32 %r3, [members];
                    mov.b32 %r4, IDENTITY;
                $next:
                    LOAD
                    COMBINE %r4, %r4, %r5;
                    add.s64 %rd3, %rd3, %rd6;
                    sub.u32 %r3, %r3, 1;
                    setp.ne.u32 %p1, %r3, 0;
                    @%p1 bra $next;
                    STORE
                $end:
                    ret;
                }
                """.replace("INDEX", GridIndex.of("elements")).replace("NAME", name(type, reduction)).replace("SHIFT", type.bytes() == 4 ? "2" : "1")
                .replace("IDENTITY", identity(type, reduction)).replace("LOAD", load(type)).replace("COMBINE", combine(type, reduction)).replace("STORE", store(type));
    }

    private static String identity(DType type, Reduction reduction) {
        if (type == DType.I32) {
            return switch (reduction) {
                case Reduction.Sum _, Reduction.None _ -> "0";
                case Reduction.Max _ -> "0x80000000";
                case Reduction.Min _ -> "0x7fffffff";
            };
        }
        return "0f%08X".formatted(Float.floatToRawIntBits((float) reduction.identity()));
    }

    private static String load(DType type) {
        return switch (type) {
            case BF16 -> "ld.global.b16 %h0, [%rd3];\n    cvt.u32.u16 %r5, %h0;\n    shl.b32 %r5, %r5, 16;";
            case F16 -> "ld.global.b16 %h0, [%rd3];\n    cvt.f32.f16 %r5, %h0;";
            case F32, I32 -> "ld.global.b32 %r5, [%rd3];";
            case F64, I64, I16, I8, U8, BOOL -> throw new IllegalArgumentException(type.text() + " is not combined");
        };
    }

    /** A NaN stays one: on the host it does. */
    private static String combine(DType type, Reduction reduction) {
        boolean floating = type.isFloating();
        return switch (reduction) {
            case Reduction.Sum _ -> floating ? "add.f32" : "add.s32";
            case Reduction.Max _ -> floating ? "max.NaN.f32" : "max.s32";
            case Reduction.Min _ -> floating ? "min.NaN.f32" : "min.s32";
            case Reduction.None _ -> throw new IllegalArgumentException("nothing is combined");
        };
    }

    private static String store(DType type) {
        return switch (type) {
            case BF16 -> "cvt.rn.bf16.f32 %h0, %r4;\n    st.global.b16 [%rd4], %h0;";
            case F16 -> "cvt.rn.f16.f32 %h0, %r4;\n    st.global.b16 [%rd4], %h0;";
            case F32, I32 -> "st.global.b32 [%rd4], %r4;";
            case F64, I64, I16, I8, U8, BOOL -> throw new IllegalArgumentException(type.text() + " is not combined");
        };
    }
}
