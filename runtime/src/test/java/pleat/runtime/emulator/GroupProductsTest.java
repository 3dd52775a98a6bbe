package pleat.runtime.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pleat.runtime.cuda.Parameters;
import pleat.runtime.emulator.Finding.Kind;

/** Products of warp groups: matrices that lie in shared memory in each way that a unit can be told, and what must not be done while units compute. */
class GroupProductsTest {
    private static final int ROWS = 64;
    private static final int COLUMNS = 16;
    private static final int BYTES = 10240;
    private static final int RIGHT = 8192;

    private static final String KERNEL = """
            .version 8.0
            .target sm_90a
            .address_size 64
            .extern .shared .align 1024 .b8 s[];
            .visible .entry k(.param .u64 image, .param .u64 out, .param .u64 left, .param .u64 right) {
            .reg .b32 %r<9>; .reg .b64 %rd<9>; .reg .f32 %f<10>; .reg .pred %p<4>;
            ld.param.u64 %rd0, [image];
            ld.param.u64 %rd1, [out];
            ld.param.u64 %rd2, [left];
            ld.param.u64 %rd3, [right];
            mov.u32 %r0, %tid.x;
            mul.wide.u32 %rd4, %r0, 16;
            mov.u64 %rd5, s;
            add.s64 %rd5, %rd5, %rd4;
            add.s64 %rd0, %rd0, %rd4;
            COPIES
            // filled
            fence.proxy.async.shared::cta;
            bar.sync 0;
            SUMS
            // ready
            wgmma.fence.sync.aligned;
            // fenced
            wgmma.mma_async.sync.aligned.SHAPE {%f0, %f1, %f2, %f3, %f4, %f5, %f6, %f7}, %rd2, %rd3, 1, 1, 1TRANS;
            // begun
            wgmma.commit_group.sync.aligned;
            wgmma.wait_group.sync.aligned 0;
            // done
            mul.wide.u32 %rd6, %r0, 32;
            add.s64 %rd1, %rd1, %rd6;
            RESULTS
            ret;
            }
            """
            .replace("COPIES", lines(BYTES / 2048, i -> "ld.global.v4.u32 {%%r1, %%r2, %%r3, %%r4}, [%%rd0+%d]; st.shared.v4.u32 [%%rd5+%d], {%%r1, %%r2, %%r3, %%r4};"
                    .formatted(2048 * i, 2048 * i)))
            .replace("SUMS", lines(8, i -> "mov.f32 %%f%d, 0f00000000;".formatted(i)))
            .replace("RESULTS", lines(8, i -> "st.global.f32 [%%rd1+%d], %%f%d;".formatted(4 * i, i)));

    private interface Line {
        String of(int i);
    }

    private static String lines(int count, Line line) {
        return IntStream.range(0, count).mapToObj(line::of).collect(Collectors.joining("\n"));
    }

    /** The other ways that rows lie: the number that a descriptor has for them. */
    private static int mode(int span) {
        return span == 16 ? 0 : span == 32 ? 3 : span == 64 ? 2 : 1;
    }

    private static long described(int start, int leading, int stride, int span) {
        return start / 16 | (long) leading / 16 << 16 | (long) stride / 16 << 32 | (long) mode(span) << 62;
    }

    /** Where byte {@code b} of a row is, in words of the manual: atoms of eight rows, units of 16 bytes in them. */
    private static int place(int base, int row, int b, int span) {
        int unit = b / 16;
        if (span == 16) {
            return base + unit * 1024 + row / 8 * 128 + row % 8 * 16 + b % 16;
        }
        int turned = unit ^ row % 8 / (128 / span);
        return base + row / 8 * 8 * span + row % 8 * span + turned * 16 + b % 16;
    }

    /** Where a number of a turned factor is: atoms of eight positions of the depth, units of eight rows in them. */
    private static int turnedPlace(int base, int row, int k, int span, int apart) {
        int unit = row / 8;
        if (span == 16) {
            return base + unit * 256 + k / 8 * 128 + k % 8 * 16 + row % 8 * 2;
        }
        int units = span / 16;
        return base + unit / units * apart + k / 8 * 8 * span + k % 8 * span + (unit % units ^ k % 8 / (8 / units)) * 16 + row % 8 * 2;
    }

    private static float value(int i, int factor) {
        return i * factor % 11 - 5;
    }

    private static void put(byte[] image, int base, int rows, int span, Type type, int factor) {
        for (int row = 0; row < rows; row++) {
            for (int k = 0; k < 32 / type.bytes(); k++) {
                float x = value(row * 32 + k, factor);
                int bits = type == Type.BF16 ? Numbers.toBf16(x) : type == Type.F16 ? Numbers.toF16(x) : Numbers.bits(x);
                Bytes.store(image, place(base, row, k * type.bytes(), span), type.bytes(), bits);
            }
        }
    }

    /** Numbers of 16 bits. */
    private record Matrix(Type type, int factor) {}

    private static void putTurned(byte[] image, int base, int rows, int span, int apart, Matrix matrix) {
        for (int row = 0; row < rows; row++) {
            for (int k = 0; k < 16; k++) {
                Bytes.store(image, turnedPlace(base, row, k, span, apart), 2, Numbers.bits(matrix.type, value(row * 32 + k, matrix.factor)));
            }
        }
    }

    private static byte[] image(int span, Type type) {
        byte[] image = new byte[BYTES];
        put(image, 0, ROWS, span, type, 3);
        put(image, RIGHT, COLUMNS, span, type, 5);
        return image;
    }

    private static float[] expected(Type type) {
        float[] sums = new float[128 * 8];
        for (int thread = 0; thread < 128; thread++) {
            for (int i = 0; i < 8; i++) {
                int row = thread / 32 * 16 + thread % 32 / 4 + i / 2 % 2 * 8;
                int column = i / 4 * 8 + thread % 4 * 2 + i % 2;
                for (int k = 0; k < 32 / type.bytes(); k++) {
                    sums[thread * 8 + i] += value(row * 32 + k, 3) * value(column * 32 + k, 5);
                }
            }
        }
        return sums;
    }

    private static String kernel(Type type) {
        return type == Type.TF32 ? KERNEL.replace("SHAPE", "m64n16k8.f32.tf32.tf32").replace("TRANS", "")
                : KERNEL.replace("SHAPE", "m64n16k16.f32.T.T".replace("T", type.name().toLowerCase(Locale.ROOT))).replace("TRANS", ", 0, 0");
    }

    private static float[] run(String ptx, byte[] image, long left, long right, int threads) {
        var bench = new Bench(ptx);
        short[] words = new short[BYTES / 2];
        for (int i = 0; i < words.length; i++) {
            words[i] = (short) Bytes.load(image, 2 * i, 2);
        }
        long out = bench.put(new float[128 * 8]);
        bench.launch("k", 1, threads, BYTES, new Parameters().i64(bench.put(words)).i64(out).i64(left).i64(right));
        return bench.floats(out, 128 * 8);
    }

    private static float[] run(String ptx) {
        return run(ptx, image(128, Type.BF16), described(0, 16, 1024, 128), described(RIGHT, 16, 1024, 128), 128);
    }

    @ParameterizedTest
    @CsvSource({"128, BF16", "64, BF16", "32, BF16", "16, BF16", "128, F16", "64, F16", "32, F16", "16, F16", "128, TF32", "16, TF32"})
    void rowsLieInEachWay(int span, Type type) {
        int leading = span == 16 ? 1024 : 16;
        int stride = span == 16 ? 128 : 8 * span;
        assertArrayEquals(expected(type), run(kernel(type), image(span, type), described(0, leading, stride, span), described(RIGHT, leading, stride, span), 128));
    }

    /** Spans of 64 and of 32 bytes make the rows of the left factor two and four pieces, the columns of the right one half a piece and one. */
    @ParameterizedTest
    @CsvSource({"128, true, false, BF16", "128, false, true, BF16", "128, true, true, BF16", "64, true, true, BF16", "32, true, true, BF16", "16, true, true, BF16",
        "128, true, false, F16", "128, false, true, F16", "16, true, true, F16"})
    void linesOfTheDepthLieInEachWay(int span, boolean left, boolean right, Type type) {
        byte[] image = image(128, type);
        int apart = span == 16 ? 128 : 16 * span;
        long stride = span == 16 ? 256 : 8 * span;
        if (left) {
            putTurned(image, 0, ROWS, span, apart, new Matrix(type, 3));
        }
        if (right) {
            putTurned(image, RIGHT, COLUMNS, span, apart, new Matrix(type, 5));
        }
        String ptx = kernel(type).replace("1, 1, 1, 0, 0", "1, 1, 1, %d, %d".formatted(left ? 1 : 0, right ? 1 : 0));
        assertArrayEquals(expected(type), run(ptx, image, left ? described(0, apart, (int) stride, span) : described(0, 16, 1024, 128),
                right ? described(RIGHT, apart, (int) stride, span) : described(RIGHT, 16, 1024, 128), 128));
    }

    @Test
    void sumsGoOnFromWhatTheyAre() {
        String twice = kernel(Type.BF16).replace("// begun", "wgmma.mma_async.sync.aligned.m64n16k16.f32.bf16.bf16 {%f0, %f1, %f2, %f3, %f4, %f5, %f6, %f7}, %rd2, %rd3, "
                + "1, 1, 1, 0, 0;");
        float[] expected = expected(Type.BF16);
        for (int i = 0; i < expected.length; i++) {
            expected[i] *= 2;
        }
        assertArrayEquals(expected, run(twice));
        String anew = twice.replaceFirst("%rd3, 1, 1, 1", "%rd3, 0, 1, 1").replace("mov.f32 %f1, 0f00000000", "mov.f32 %f1, 0f7F800000");
        assertArrayEquals(expected, run(anew));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "fence.proxy.async.shared::cta;      | UNFENCED",
        "bar.sync 0;                         | UNWRITTEN",
        "wgmma.fence.sync.aligned;           | UNFENCED",
        "wgmma.commit_group.sync.aligned;    | SUMS",
        "wgmma.wait_group.sync.aligned 0;    | SUMS"})
    void nothingThatOrdersIsMissed(String line, Kind kind) {
        assertEquals(kind, finding(kernel(Type.BF16).replace(line, "")).kind());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "// begun   | mov.f32 %f9, %f3;                                                     | SUMS",
        "// begun   | mov.f32 %f3, %f9;                                                     | SUMS",
        "// fenced  | mov.f32 %f3, 0f00000000;                                              | UNFENCED",
        "// begun   | st.shared.u32 [s], %r0;                                               | UNFENCED",
        "// begun   | st.shared.u32 [s], %r0; fence.proxy.async;                            | RACE",
        "// begun   | setp.eq.u32 %p0, %r0, 5; @%p0 st.shared.u32 [s+8192], %r0; fence.proxy.async; | RACE",
        "// filled  | fence.proxy.async.global;                                             | FORM",
        "// fenced  | add.s64 %rd2, %rd2, 8;                                                | DESCRIPTOR",
        "// fenced  | shl.b64 %rd7, 1, 46; add.s64 %rd2, %rd2, %rd7;                        | DESCRIPTOR",
        "// fenced  | and.b32 %r5, %r0, 1; cvt.u64.u32 %rd7, %r5; add.s64 %rd2, %rd2, %rd7; | DESCRIPTOR",
        "// fenced  | shr.u32 %r5, %r0, 6; cvt.u64.u32 %rd7, %r5; add.s64 %rd2, %rd2, %rd7; | GROUP",
        "// fenced  | add.s64 %rd3, %rd3, 64;                                               | OUT_OF_BOUNDS",
        "// ready   | setp.lt.u32 %p0, %r0, 32; @%p0 bra E;                                  | GROUP",
        "// ready   | and.b32 %r5, %r0, 31; setp.lt.u32 %p0, %r5, 16; @%p0 bra E;            | DIVERGENCE"})
    void whatMustNotBe(String place, String lines, String kind) {
        String ptx = kernel(Type.BF16).replace(place, lines).replace("ret;", "E: ret;");
        if (kind.equals("FORM")) {
            assertThrows(PtxSyntax.class, () -> run(ptx));
        } else {
            assertEquals(Kind.valueOf(kind), finding(ptx).kind());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 96})
    void aGroupIsFourWarps(int threads) {
        long left = described(0, 16, 1024, 128);
        var fault = assertThrows(KernelFault.class, () -> run(kernel(Type.BF16), image(128, Type.BF16), left, left, threads));
        assertEquals(Kind.GROUP, fault.finding().kind());
    }

    @Test
    void formsThatAreNotKnownAreRefused() {
        var forms = new ArrayList<>(List.of(kernel(Type.BF16).replace("1, 1, 1, 0, 0", "1, 1, 1, 0, 2"), kernel(Type.BF16).replace("1, 1, 1, 0, 0", "1, -1, 1, 0, 0"),
                kernel(Type.BF16).replace("m64n16k16", "m64n24k16"), kernel(Type.BF16).replace(".f32.bf16", ".f16.bf16"), kernel(Type.BF16).replace("commit_group", "commit")));
        forms.forEach(ptx -> assertThrows(PtxSyntax.class, () -> run(ptx), ptx));
    }

    private static Finding finding(String ptx) {
        return assertThrows(KernelFault.class, () -> run(ptx)).finding();
    }
}
