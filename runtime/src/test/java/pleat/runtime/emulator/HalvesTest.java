package pleat.runtime.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pleat.runtime.cuda.Parameters;

/** Numbers of f16 to the ends of their range: conversions, and products whose sums are of f32. */
class HalvesTest {
    private static final int ROWS = 16;
    private static final int COLUMNS = 8;
    private static final int DEPTH = 16;

    /** Each lane brings its words of both factors as the manual of PTX shares them out, and stores its sums. */
    private static final String PRODUCT = """
            .version 7.8
            .target sm_80
            .address_size 64
            .visible .entry k(.param .u64 left, .param .u64 right, .param .u64 out) {
            .reg .b32 %r<10>; .reg .f32 %f<4>; .reg .b64 %rd<6>;
            ld.param.u64 %rd0, [left];
            ld.param.u64 %rd1, [right];
            ld.param.u64 %rd2, [out];
            mov.u32 %r0, %tid.x;
            mul.wide.u32 %rd3, %r0, 16;
            add.s64 %rd0, %rd0, %rd3;
            add.s64 %rd2, %rd2, %rd3;
            mul.wide.u32 %rd4, %r0, 8;
            add.s64 %rd1, %rd1, %rd4;
            ld.global.v4.u32 {%r1, %r2, %r3, %r4}, [%rd0];
            ld.global.v2.u32 {%r5, %r6}, [%rd1];
            ld.global.v4.f32 {%f0, %f1, %f2, %f3}, [%rd2];
            mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%f0, %f1, %f2, %f3}, {%r1, %r2, %r3, %r4}, {%r5, %r6}, {%f0, %f1, %f2, %f3};
            st.global.v4.f32 [%rd2], {%f0, %f1, %f2, %f3};
            ret;
            }
            """;

    private static final float LARGEST = 65504;
    /** The smallest that f16 has. */
    private static final float LEAST = 0x1p-24f;

    /** A product of two f16 has 22 digits, and these sums so few of them that f32 adds them exactly. */
    private static float[] numbers(String kind, int count) {
        var random = new Random(7);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = switch (kind) {
                case "usual" -> random.nextInt(-64, 65) / 8f;
                case "large" -> i % 3 == 0 ? LARGEST : -LARGEST / 2;
                case "subnormal" -> random.nextInt(-1023, 1024) * LEAST;
                default -> throw new IllegalArgumentException(kind);
            };
        }
        return values;
    }

    private static short half(float value) {
        return Float.floatToFloat16(value);
    }

    @ParameterizedTest
    @CsvSource({"usual, usual", "large, usual", "large, large", "subnormal, usual", "subnormal, subnormal", "subnormal, large"})
    void sumsOfProductsAreThoseOfF32(String ofLeft, String ofRight) {
        float[] left = numbers(ofLeft, ROWS * DEPTH);
        float[] right = numbers(ofRight, COLUMNS * DEPTH);
        float[] expected = new float[32 * 4];
        short[] leftWords = new short[32 * 8];
        short[] rightWords = new short[32 * 4];
        float[] begin = new float[32 * 4];
        for (int lane = 0; lane < 32; lane++) {
            int row = lane / 4;
            int pair = lane % 4 * 2;
            for (int i = 0; i < 8; i++) {
                leftWords[8 * lane + i] = half(left[(row + i / 2 % 2 * 8) * DEPTH + pair + i / 4 * 8 + i % 2]);
            }
            for (int i = 0; i < 4; i++) {
                rightWords[4 * lane + i] = half(right[row * DEPTH + pair + i / 2 * 8 + i % 2]);
                begin[4 * lane + i] = lane - 4 * i;
                double sum = begin[4 * lane + i];
                for (int k = 0; k < DEPTH; k++) {
                    sum += (double) left[(row + i / 2 * 8) * DEPTH + k] * right[(pair + i % 2) * DEPTH + k];
                }
                expected[4 * lane + i] = (float) sum;
            }
        }
        var bench = new Bench(PRODUCT);
        long out = bench.put(begin);
        bench.launch("k", 1, 32, 0, new Parameters().i64(bench.put(leftWords)).i64(bench.put(rightWords)).i64(out));
        float[] actual = bench.floats(out, 32 * 4);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], 16 * Math.ulp(Math.max(Math.abs(expected[i]), 32)), "sum " + i);
        }
    }

    /** Through {@code cp.async} and {@code ldmatrix}. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void aPipelinedProduct(int steps) {
        String ptx = Bench.text("product").replace(".f32.bf16.bf16.f32", ".f32.f16.f16.f32");
        assertArrayEquals(Product.expected(steps), Product.run(ptx, steps, Type.F16));
    }

    /** The nearest, of two that are as near the even one; from half a unit above the largest on, infinity; what is below the normal range has fewer digits. */
    @ParameterizedTest
    @CsvSource({"1, 0x3C00", "1.00048828125, 0x3C00", "1.00146484375, 0x3C02", "65504, 0x7BFF", "65519.99, 0x7BFF", "65520, 0x7C00", "-1e9, 0xFC00", "6.1035156e-5, 0x0400",
        "5.9604645e-8, 0x0001", "2.9802322e-8, 0x0000", "8.940697e-8, 0x0002", "-1e-9, 0x8000"})
    void aNumberBecomesAHalf(float value, String bits) {
        int expected = Integer.decode(bits);
        var bench = new Bench(Bench.kernel("mov.b32 %r1, 0f%08X; mov.b32 %r2, 0f3F800000; cvt.rn.f16x2.f32 %%r3, %%r2, %%r1; st.global.u32 [%%rd0], %%r3;"
                .replace("mov.b32 %r", "mov.b32 %%r").formatted(Float.floatToRawIntBits(value))));
        long out = bench.device.allocate(4);
        bench.launch("k", 1, 1, 0, new Parameters().i64(out));
        assertEquals(0x3C00 << 16 | expected, bench.ints(out, 1)[0]);
    }

    @Test
    void aWordIsOpened() {
        var bench = new Bench(Bench.kernel(".reg .b16 %rs<3>; .reg .f32 %f<3>; mov.b32 %r1, 0x7BFF0001; mov.b32 {%rs1, %rs2}, %r1; cvt.f32.f16 %f1, %rs1; cvt.f32.f16 %f2, %rs2;"
                + "st.global.f32 [%rd0], %f1; st.global.f32 [%rd0+4], %f2;"));
        long out = bench.device.allocate(8);
        bench.launch("k", 1, 1, 0, new Parameters().i64(out));
        assertArrayEquals(new float[] {LEAST, LARGEST}, bench.floats(out, 2));
    }
}
