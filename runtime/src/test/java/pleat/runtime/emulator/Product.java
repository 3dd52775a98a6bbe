package pleat.runtime.emulator;

import pleat.runtime.cuda.Parameters;

/** The product of two small matrices of whole numbers, which bf16, f16 and f32 hold exactly. */
final class Product {
    private static final int SIZE = 16;

    private Product() {}

    static float[] run(String ptx, int steps) {
        return run(ptx, steps, Type.BF16);
    }

    /** @param type of 16 bits */
    static float[] run(String ptx, int steps, Type type) {
        var bench = new Bench(ptx);
        long c = bench.put(new float[SIZE * SIZE]);
        bench.launch("product", 1, 64, 2048, new Parameters().i64(bench.put(matrix(steps, 3, type))).i64(bench.put(matrix(steps, 5, type))).i64(c)
                .i32(steps));
        return bench.floats(c, SIZE * SIZE);
    }

    static float[] expected(int steps) {
        float[] c = new float[SIZE * SIZE];
        for (int m = 0; m < SIZE; m++) {
            for (int n = 0; n < SIZE; n++) {
                for (int k = 0; k < SIZE * steps; k++) {
                    c[m * SIZE + n] += value(m * SIZE * steps + k, 3) * value(n * SIZE * steps + k, 5);
                }
            }
        }
        return c;
    }

    private static short[] matrix(int steps, int factor, Type type) {
        short[] values = new short[SIZE * SIZE * steps];
        for (int i = 0; i < values.length; i++) {
            values[i] = (short) Numbers.bits(type, value(i, factor));
        }
        return values;
    }

    private static float value(int i, int factor) {
        return i * factor % 11 - 5;
    }
}
