package pleat.runtime.emulator;

import java.util.Arrays;
import pleat.runtime.emulator.Finding.Kind;

/**
 * A product of a warp group as an instruction states it: 64 rows by so many columns, both factors in shared memory.
 *
 * @param sums registers of the results, where they are in a warp's file
 */
record GroupProduct(Type type, int columns, int[] sums) {
    private static final int TILE_COLUMNS = 8;
    private static final int WARPS = 4;
    /** Of a warp. */
    private static final int ROWS = 16;
    private static final int DEPTH_BYTES = GroupFactor.DEPTH_BYTES;

    /** What a warp reads of both factors. */
    byte[] read(Warp warp, GroupFactor left, GroupFactor right) {
        byte[] bytes = new byte[(ROWS + columns) * DEPTH_BYTES];
        left.read(warp, warp.index % WARPS * ROWS, ROWS, bytes, 0);
        right.read(warp, 0, columns, bytes, ROWS * DEPTH_BYTES);
        return bytes;
    }

    /** Reads again what was read at the beginning: a unit may read it at any time until it was waited for. */
    byte[] readAgain(Warp warp, GroupFactor left, GroupFactor right, byte[] before) {
        byte[] now = read(warp, left, right);
        int differs = Arrays.mismatch(before, now);
        if (differs >= 0) {
            throw warp.fault(Kind.RACE, -1, "what a product reads changed before the product was waited for, in row "
                    + (differs < ROWS * DEPTH_BYTES ? differs / DEPTH_BYTES + " of the left factor" : differs / DEPTH_BYTES - ROWS + " of the right factor"));
        }
        return now;
    }

    /** Adds the product to sums, which lie as the registers do. */
    void add(byte[] factors, float[] to, boolean isAdded) {
        float[] left = numbers(factors, 0, ROWS);
        float[] right = numbers(factors, ROWS, columns);
        int depth = DEPTH_BYTES / type.bytes();
        for (int register = 0; register < sums.length; register++) {
            for (int lane = 0; lane < Row.LANES; lane++) {
                int row = (lane >> 2) + (register >> 1 & 1) * (ROWS / 2);
                int column = (register >> 2) * TILE_COLUMNS + 2 * (lane & 3) + (register & 1);
                float sum = isAdded ? to[register * Row.LANES + lane] : 0;
                for (int k = 0; k < depth; k++) {
                    sum = Math.fma(left[row * depth + k], right[column * depth + k], sum);
                }
                to[register * Row.LANES + lane] = sum;
            }
        }
    }

    private float[] numbers(byte[] factors, int first, int count) {
        int size = type.bytes();
        float[] numbers = new float[count * DEPTH_BYTES / size];
        for (int i = 0; i < numbers.length; i++) {
            int bits = (int) Bytes.load(factors, first * DEPTH_BYTES + i * size, size);
            numbers[i] = switch (type) {
                case BF16 -> Numbers.bf16(bits);
                case F16 -> Numbers.f16(bits);
                case TF32 -> Numbers.tf32(bits);
                default -> throw new IllegalStateException(type + " is no type of a factor");
            };
        }
        return numbers;
    }
}
