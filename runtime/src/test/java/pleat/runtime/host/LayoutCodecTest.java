package pleat.runtime.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.ir.kernel.Layout;
import pleat.ir.kernel.Layout.Part;
import pleat.ir.kernel.Layout.Piece;
import pleat.ir.type.DType;
import pleat.ir.type.TensorType;

/** Random layouts, dims split or not and in any order: every element lies where {@link Layout#offset} says, and padding is 0. */
class LayoutCodecTest {
    private static final DType[] DTYPES = {DType.U8, DType.BF16, DType.F32, DType.F64};

    static LongStream seeds() {
        return LongStream.range(0, 200);
    }

    private static Layout layout(int rank, Random random) {
        var pieces = new ArrayList<Piece>();
        for (int d = 0; d < rank; d++) {
            if (random.nextBoolean()) {
                pieces.add(new Piece(d, new Part.Whole()));
            } else {
                long factor = 1 + random.nextInt(4);
                pieces.add(new Piece(d, new Part.Outer(factor)));
                pieces.add(new Piece(d, new Part.Inner(factor)));
            }
        }
        Collections.shuffle(pieces, random);
        return new Layout(com.google.common.collect.ImmutableList.copyOf(pieces));
    }

    private static MemorySegment bytes(long count) {
        return MemorySegment.ofArray(new byte[Math.toIntExact(count)]);
    }

    private static List<Byte> element(MemorySegment memory, long position, int bytes) {
        return LongStream.range(position * bytes, (position + 1) * bytes).mapToObj(b -> memory.get(ValueLayout.JAVA_BYTE, b)).toList();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void elementsLieWhereTheLayoutSays(long seed) {
        var random = new Random(seed);
        long[] shape = random.longs(random.nextInt(5), 0, 6).map(extent -> seed % 7 == 0 ? extent : extent + 1).toArray();
        var type = TensorType.of(DTYPES[random.nextInt(DTYPES.length)], shape);
        var layout = layout(shape.length, random);
        int bytes = type.dtype().bytes();
        var rowMajor = bytes(type.bytes());
        for (long b = 0; b < rowMajor.byteSize(); b++) {
            rowMajor.set(ValueLayout.JAVA_BYTE, b, (byte) (1 + random.nextInt(127)));
        }
        var buffer = bytes(layout.storage(shape) * bytes).fill((byte) -1);
        LayoutCodec.pack(type, layout, rowMajor, buffer);
        var back = bytes(type.bytes());
        LayoutCodec.unpack(type, layout, buffer, back);
        assertEquals(-1, rowMajor.mismatch(back), layout + " of " + type);
        var point = new long[shape.length];
        for (long e = 0; e < type.elements(); e++) {
            long rest = e;
            for (int d = shape.length - 1; d >= 0; d--) {
                point[d] = rest % shape[d];
                rest /= shape[d];
            }
            long stored = layout.offset(point, shape);
            assertEquals(element(rowMajor, e, bytes), element(buffer, stored, bytes), layout + " of " + type);
            buffer.asSlice(stored * bytes, bytes).fill((byte) 0);
        }
        assertEquals(-1, buffer.mismatch(bytes(buffer.byteSize())), "padding of " + layout + " of " + type);
    }
}
