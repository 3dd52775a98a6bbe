package pleat.runtime.emulator;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Numbers of 1, 2, 4 or 8 bytes in an array, the lowest byte first, as all NVIDIA GPUs have them. */
final class Bytes {
    private static final VarHandle SHORTS = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Bytes() {}

    static int loadInt(byte[] array, int at) {
        return (int) INTS.get(array, at);
    }

    static long loadLong(byte[] array, int at) {
        return (long) LONGS.get(array, at);
    }

    static void storeInt(byte[] array, int at, int bits) {
        INTS.set(array, at, bits);
    }

    /** Extended by zeros. */
    static long load(byte[] array, int at, int count) {
        return switch (count) {
            case 1 -> array[at] & 0xff;
            case 2 -> (short) SHORTS.get(array, at) & 0xffff;
            case 4 -> (int) INTS.get(array, at) & 0xffffffffL;
            case 8 -> (long) LONGS.get(array, at);
            default -> throw new IllegalArgumentException("no number has " + count + " bytes");
        };
    }

    static void store(byte[] array, int at, int count, long bits) {
        switch (count) {
            case 1 -> array[at] = (byte) bits;
            case 2 -> SHORTS.set(array, at, (short) bits);
            case 4 -> INTS.set(array, at, (int) bits);
            case 8 -> LONGS.set(array, at, bits);
            default -> throw new IllegalArgumentException("no number has " + count + " bytes");
        }
    }
}
