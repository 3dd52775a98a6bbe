package pleat.runtime.collective;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import pleat.ir.index.Reduction;
import pleat.ir.type.DType;

/**
 * The elementwise sum, maximum or minimum of stretches of memory, in the order in which they are given, so that it is the same every time. Elements
 * of 16 bits are combined in 32 and rounded once. Not for several threads at a time.
 */
final class Combination {
    /** Elements at a time: what a core has nearest to it holds several pieces of so many. */
    private static final int PIECE = 2048;

    private final DType dtype;
    private final Reduction reduction;
    private final float[] floats = new float[PIECE];
    private final float[] added = new float[PIECE];
    private final short[] shorts = new short[PIECE];
    private final int[] integers = new int[PIECE];
    private final int[] addedIntegers = new int[PIECE];

    Combination(DType dtype, Reduction reduction) {
        this.dtype = dtype;
        this.reduction = reduction;
    }

    /** A stretch of memory that starts at a byte of a segment. */
    record Source(MemorySegment memory, long at) {}

    /** Combines {@code bytes} bytes of every source; the result may lie where one of the sources does. */
    void run(List<Source> sources, MemorySegment result, long at, long bytes) {
        long elements = bytes / dtype.bytes();
        for (long done = 0; done < elements; done += PIECE) {
            int count = (int) Math.min(PIECE, elements - done);
            long offset = done * dtype.bytes();
            if (dtype == DType.I32) {
                integers(sources, result, at, offset, count);
            } else {
                floats(sources, result, at, offset, count);
            }
        }
    }

    private void integers(List<Source> sources, MemorySegment result, long at, long offset, int count) {
        Arrays.fill(integers, 0, count, switch (reduction) {
            case Reduction.Sum _, Reduction.None _ -> 0;
            case Reduction.Max _ -> Integer.MIN_VALUE;
            case Reduction.Min _ -> Integer.MAX_VALUE;
        });
        for (Source source : sources) {
            MemorySegment.copy(source.memory(), ValueLayout.JAVA_INT, source.at() + offset, addedIntegers, 0, count);
            switch (reduction) {
                case Reduction.Sum _ -> sum(integers, addedIntegers, count);
                case Reduction.Max _ -> max(integers, addedIntegers, count);
                case Reduction.Min _ -> min(integers, addedIntegers, count);
                case Reduction.None _ -> throw new IllegalStateException("nothing is combined");
            }
        }
        MemorySegment.copy(integers, 0, result, ValueLayout.JAVA_INT, at + offset, count);
    }

    private void floats(List<Source> sources, MemorySegment result, long at, long offset, int count) {
        Arrays.fill(floats, 0, count, (float) reduction.identity());
        for (Source source : sources) {
            load(source.memory(), source.at() + offset, count);
            switch (reduction) {
                case Reduction.Sum _ -> sum(floats, added, count);
                case Reduction.Max _ -> max(floats, added, count);
                case Reduction.Min _ -> min(floats, added, count);
                case Reduction.None _ -> throw new IllegalStateException("nothing is combined");
            }
        }
        store(result, at + offset, count);
    }

    private void load(MemorySegment memory, long at, int count) {
        switch (dtype) {
            case F32 -> MemorySegment.copy(memory, ValueLayout.JAVA_FLOAT, at, added, 0, count);
            case BF16 -> {
                MemorySegment.copy(memory, ValueLayout.JAVA_SHORT, at, shorts, 0, count);
                for (int i = 0; i < count; i++) {
                    added[i] = Float.intBitsToFloat(shorts[i] << 16);
                }
            }
            case F16 -> {
                MemorySegment.copy(memory, ValueLayout.JAVA_SHORT, at, shorts, 0, count);
                for (int i = 0; i < count; i++) {
                    added[i] = Float.float16ToFloat(shorts[i]);
                }
            }
            case F64, I64, I32, I16, I8, U8, BOOL -> throw refused();
        }
    }

    private void store(MemorySegment memory, long at, int count) {
        switch (dtype) {
            case F32 -> MemorySegment.copy(floats, 0, memory, ValueLayout.JAVA_FLOAT, at, count);
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    shorts[i] = bfloat16(floats[i]);
                }
                MemorySegment.copy(shorts, 0, memory, ValueLayout.JAVA_SHORT, at, count);
            }
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    shorts[i] = Float.floatToFloat16(floats[i]);
                }
                MemorySegment.copy(shorts, 0, memory, ValueLayout.JAVA_SHORT, at, count);
            }
            case F64, I64, I32, I16, I8, U8, BOOL -> throw refused();
        }
    }

    private IllegalStateException refused() {
        return new IllegalStateException(dtype.text() + " is not combined; the verifier lets no such plan pass");
    }

    /** Round to nearest, ties to even; a NaN keeps a bit that makes it one. */
    private static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return Float.isNaN(value) ? (short) (bits >>> 16 | 0x40) : (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }

    // Six loops, because each is one that the JVM turns into vector code.
    private static void sum(float[] to, float[] from, int count) {
        for (int i = 0; i < count; i++) {
            to[i] += from[i];
        }
    }

    private static void max(float[] to, float[] from, int count) {
        for (int i = 0; i < count; i++) {
            to[i] = Math.max(to[i], from[i]);
        }
    }

    private static void min(float[] to, float[] from, int count) {
        for (int i = 0; i < count; i++) {
            to[i] = Math.min(to[i], from[i]);
        }
    }

    private static void sum(int[] to, int[] from, int count) {
        for (int i = 0; i < count; i++) {
            to[i] += from[i];
        }
    }

    private static void max(int[] to, int[] from, int count) {
        for (int i = 0; i < count; i++) {
            to[i] = Math.max(to[i], from[i]);
        }
    }

    private static void min(int[] to, int[] from, int count) {
        for (int i = 0; i < count; i++) {
            to[i] = Math.min(to[i], from[i]);
        }
    }
}
