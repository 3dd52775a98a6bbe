package pleat.ir.interp;

/**
 * Philox-4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC
 * 2011. Every back end draws the numbers of {@link pleat.ir.tensor.Op.Random} as {@link #uniform} does, bit for bit.
 */
public final class Philox {
    private static final long M0 = 0xD2511F53L;
    private static final long M1 = 0xCD9E8D57L;
    private static final int W0 = 0x9E3779B9;
    private static final int W1 = 0xBB67AE85;
    private static final int ROUNDS = 10;

    private Philox() {}

    /**
     * A number in [0, 1) with 24 random bits, so that it is the same in f32 and in f64: the first word that the generator gives
     * for counter (position, stream) and key seed, low words first.
     */
    public static double uniform(long seed, long stream, long position) {
        var block = block(new int[] {(int) position, (int) (position >>> 32), (int) stream, (int) (stream >>> 32)}, (int) seed,
                (int) (seed >>> 32));
        return (block[0] >>> 8) * 0x1p-24;
    }

    static int[] block(int[] counter, int key0, int key1) {
        int c0 = counter[0];
        int c1 = counter[1];
        int c2 = counter[2];
        int c3 = counter[3];
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = M0 * Integer.toUnsignedLong(c0);
            long product1 = M1 * Integer.toUnsignedLong(c2);
            c0 = (int) (product1 >>> 32) ^ c1 ^ (key0 + round * W0);
            c1 = (int) product1;
            c2 = (int) (product0 >>> 32) ^ c3 ^ (key1 + round * W1);
            c3 = (int) product0;
        }
        return new int[] {c0, c1, c2, c3};
    }
}
