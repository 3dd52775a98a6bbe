package pleat.runtime.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import com.google.common.collect.ImmutableList;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.ir.plan.TensorMap;
import pleat.ir.plan.TensorMap.Dim;
import pleat.ir.type.DType;
import pleat.runtime.cuda.Parameters;

/** Boxes of one to five dims lie in shared memory as the manual has them, zeros where the buffer ends on either side. */
class BoxesTest {
    private static final int WORDS = 30_000;

    /** 64 threads arrive at a barrier, the first with the bytes of a box; then all give back what lies there as it lies. */
    private static final String KERNEL = """
            .version 8.0
            .target sm_90a
            .address_size 64
            .extern .shared .align 1024 .b8 s[];
            .visible .entry box(.param .align 64 .b8 map[128], .param .u64 out, .param .u32 bytes, PARAMETERS)
            {
            .reg .pred %p<3>;
            .reg .b32 %r<20>;
            .reg .b64 %rd<9>;
            mov.b64 %rd1, map;
            cvta.param.u64 %rd1, %rd1;
            ld.param.u64 %rd2, [out];
            ld.param.u32 %r11, [bytes];
            LOADS
            mov.u64 %rd0, s;
            cvt.u32.u64 %r12, %rd0;
            mov.u32 %r10, %tid.x;
            setp.ne.u32 %p0, %r10, 0;
            @%p0 bra READY;
            prefetch.tensormap [%rd1];
            mbarrier.init.shared.b64 [s+65536], 64;
            fence.proxy.async.shared::cta;
            READY:
            bar.sync 0;
            @%p0 bra OTHERS;
            cp.async.bulk.tensor.DIMSd.shared::cluster.global.mbarrier::complete_tx::bytes [%r12], [%rd1, {CORNER}], [%r12+65536];
            mbarrier.arrive.expect_tx.release.cta.shared::cta.b64 %rd3, [s+65536], %r11;
            bra WAIT;
            OTHERS:
            mbarrier.arrive.shared.b64 %rd3, [s+65536];
            WAIT:
            AWAIT
            @!%p1 bra WAIT;
            shl.b32 %r13, %r10, 2;
            cvt.u64.u32 %rd4, %r13;
            add.s64 %rd0, %rd0, %rd4;
            add.s64 %rd2, %rd2, %rd4;
            WORD:
            setp.ge.u32 %p2, %r13, %r11;
            @%p2 bra DONE;
            ld.shared.u32 %r14, [%rd0];
            st.global.u32 [%rd2], %r14;
            add.s64 %rd0, %rd0, 256;
            add.s64 %rd2, %rd2, 256;
            add.s32 %r13, %r13, 256;
            bra WORD;
            DONE:
            bar.sync 0;
            @%p0 bra END;
            mbarrier.inval.shared.b64 [s+65536];
            st.shared.u32 [s+65536], %r10;
            END:
            ret;
            }
            """;

    private static String kernel(int dims, String await) {
        return KERNEL.replace("PARAMETERS", each(dims, ", ", ".param .u32 c%d")).replace("LOADS", each(dims, "\n", "ld.param.u32 %%r%1$d, [c%1$d];"))
                .replace("CORNER", each(dims, ", ", "%%r%d")).replace("DIMS", Integer.toString(dims)).replace("AWAIT", await);
    }

    private static String each(int dims, String between, String one) {
        return IntStream.range(0, dims).mapToObj(one::formatted).collect(Collectors.joining(between));
    }

    private static int[] numbers(String words) {
        return Arrays.stream(words.split(" ")).mapToInt(Integer::parseInt).toArray();
    }

    private static TensorMap map(DType type, int[] sizes, int[] box) {
        var dims = ImmutableList.<Dim>builder();
        long stride = type.bytes();
        for (int d = 0; d < sizes.length; d++) {
            dims.add(new Dim(sizes[d], stride, box[d]));
            stride = (stride * sizes[d] + 15) / 16 * 16;
        }
        return new TensorMap(0, 0, type, dims.build());
    }

    /** In words of the manual: lines follow each other, and groups of 16 bytes of a line are exchanged by the number of the line of eight. */
    private static byte[] expected(TensorMap map, byte[] buffer, int[] corner) {
        byte[] box = new byte[map.boxBytes()];
        int size = map.type().bytes();
        for (int element = 0; element < box.length / size; element++) {
            long from = 0;
            boolean isInside = true;
            int rest = element;
            for (int d = 0; d < corner.length; d++) {
                var dim = map.dims().get(d);
                int position = corner[d] + rest % dim.box();
                rest /= dim.box();
                isInside &= position >= 0 && position < dim.size();
                from += position * dim.strideBytes();
            }
            int line = element * size / 128;
            int group = element * size % 128 / 16;
            for (int b = 0; isInside && b < size; b++) {
                box[line * 128 + (group ^ line % 8) * 16 + element * size % 16 + b] = buffer[(int) from + b];
            }
        }
        return box;
    }

    @ParameterizedTest
    @CsvSource({
        "BF16, 100, 64, 0",
        "BF16, 100, 64, 50",
        "BF16, 100, 64, -3",
        "BF16, 100, 64, -64",
        "BF16, 100, 64, 100",
        "F16, 72 33, 64 16, 5 30",
        "F16, 72 33, 64 256, -1 -2",
        "F32, 33 9, 32 8, 2 -7",
        "F32, 33 500, 32 24, 1 478",
        "BF16, 40 7 5, 64 4 3, -2 5 -1",
        "BF16, 40 3 2 6, 64 2 1 4, 0 2 1 3",
        "F32, 33 3 2 5 4, 32 2 2 3 2, -1 -1 1 3 3"})
    void boxesLieAsTheyShould(DType type, String sizes, String box, String corner) {
        var map = map(type, numbers(sizes), numbers(box));
        float[] words = new float[WORDS];
        byte[] buffer = new byte[4 * WORDS];
        for (int i = 0; i < words.length; i++) {
            words[i] = i + 1;
            Bytes.storeInt(buffer, 4 * i, Numbers.bits(words[i]));
        }
        int[] from = numbers(corner);
        byte[] expected = expected(map, buffer, from);
        for (String await : new String[] {"mbarrier.try_wait.parity.acquire.cta.shared::cta.b64 %p1, [s+65536], 0;", "mbarrier.test_wait.parity.shared.b64 %p1, [s+65536], 0;",
            "mbarrier.test_wait.shared.b64 %p1, [s+65536], %rd3;", "mbarrier.try_wait.shared::cta.b64 %p1, [s+65536], %rd3, 1000;"}) {
            var bench = Bench.watchingGlobalMemory(kernel(from.length, await));
            long out = bench.device.allocate(expected.length);
            var parameters = new Parameters().map(bench.device.encode(map, bench.put(words))).i64(out).i32(expected.length);
            for (int position : from) {
                parameters.i32(position);
            }
            bench.launch("box", 1, 64, 65_544, parameters);
            byte[] found = new byte[expected.length];
            bench.device.read(MemorySegment.ofArray(found), out);
            assertArrayEquals(expected, found, await);
        }
    }
}
