package pleat.runtime.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.ir.plan.GpuKernel;
import pleat.ir.plan.TensorMap;
import pleat.ir.plan.TensorMap.Dim;
import pleat.ir.type.DType;
import pleat.runtime.cuda.Driver.Extent;
import pleat.runtime.cuda.Driver.Launch;
import pleat.runtime.cuda.Parameters;
import pleat.runtime.emulator.Finding.Kind;

/** Boxes of global memory come to shared memory as a GPU brings them, and what must not be done while they do is found. */
class BulkCopiesTest {
    private static final int WORDS = 256;
    private static final int SHARED = 4096;

    /** Of numbers of 16 bits, rows of 100 that lie 104 apart. */
    private static TensorMap rows(int rows) {
        return new TensorMap(0, 0, DType.BF16, ImmutableList.of(new Dim(100, 2, 64), new Dim(rows, 208, 8)));
    }

    private static short[] numbers(int count) {
        short[] numbers = new short[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (short) (i * 7 + 1);
        }
        return numbers;
    }

    private record Run(Bench bench, Parameters parameters, int boxes) {
        static Run of(String ptx, int rows, int boxes) {
            var bench = Bench.watchingGlobalMemory(ptx);
            var map = bench.device.encode(rows(rows), bench.put(numbers(104 * rows)));
            return new Run(bench, new Parameters().map(map).i64(bench.device.allocate(4L * WORDS * boxes)).i32(boxes), boxes);
        }

        void launch(int blocks) {
            bench.launch("bulk", blocks, 96, SHARED, parameters);
        }

        int[] out() {
            long out = Bytes.loadLong(parameters.toBytes(), TensorMap.BYTES);
            return bench.ints(out, WORDS * boxes);
        }
    }

    /** 33 rows are four boxes and a row; the last page of 316 ends within a line. */
    @ParameterizedTest
    @CsvSource({"33, 5", "33, 6", "8, 1", "400, 50"})
    void boxesComeOneAfterTheOther(int rows, int boxes) {
        var run = Run.of(Bench.text("bulk"), rows, boxes);
        run.launch(1);
        short[] numbers = numbers(104 * rows);
        int[] expected = new int[WORDS * boxes];
        for (int word = 0; word < expected.length; word++) {
            int row = word / 32;
            int column = word % 32 * 2;
            expected[word] = row < rows ? numbers[row * 104 + column] & 0xffff | numbers[row * 104 + column + 1] << 16 : 0;
        }
        assertArrayEquals(expected, run.out());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "fence.mbarrier_init.release.cluster;                   |                                                        | UNFENCED",
        "bar.sync 0;                                            |                                                        | RACE",
        "@!%p3 bra EMPTY;                                       |                                                        | IN_FLIGHT",
        "mbarrier.try_wait.parity.shared::cta.b64 %p3, [%rd3+2064], %r5; | setp.eq.u32 %p3, %r5, %r5;                    | BARRIER",
        "xor.b32 %r5, %r4, 1;                                   | mov.u32 %r5, %r4;                                      | DEADLOCK",
        "mbarrier.arrive.expect_tx.shared::cta.b64 _, [%rd3+2048], 1024; |                                               | DEADLOCK",
        "mbarrier.arrive.expect_tx.shared::cta.b64 _, [%rd3+2048], 1024; | mbarrier.arrive.shared::cta.b64 _, [%rd3+2048]; | IN_FLIGHT",
        "[%rd3+2048], 1024;                                     | [%rd3+2048], 1008;                                     | BARRIER",
        "[%rd3+2048], 1024;                                     | [%rd3+2048], 1040;                                     | DEADLOCK",
        "@!%p4 bra FULL;                                        |                                                        | IN_FLIGHT",
        "mbarrier.try_wait.parity.shared::cta.b64 %p4, [%rd3+2048], %r4; | setp.eq.u32 %p4, %r5, %r5;                    | IN_FLIGHT",
        "[%rd3+2048], %r4;                                      | [%rd3+2048], %r5;                                      | IN_FLIGHT",
        "mbarrier.arrive.shared::cta.b64 _, [%rd3+2064];        |                                                        | DEADLOCK",
        "mbarrier.arrive.shared::cta.b64 _, [%rd3+2064];        | mbarrier.arrive.shared::cta.b64 _, [%rd3+2064], 2;     | DEADLOCK",
        "[s+2064], 64;                                          | [s+2064], 32;                                          | DEADLOCK",
        "[s+2064], 64;                                          | [s+2064], 0;                                           | BARRIER",
        "// made                                                | mbarrier.init.shared.b64 [s+2048], 1;                  | BARRIER",
        "// made                                                | st.shared.u32 [s+2052], %r0;                           | BARRIER",
        "// made                                                | ld.shared.u32 %r16, [s+2048];                          | BARRIER",
        "// made                                                | mbarrier.arrive.shared.b64 _, [s+4096];                | OUT_OF_BOUNDS",
        "// made                                                | mbarrier.arrive.shared.b64 _, [s+1024];                | BARRIER",
        "// made                                                | mbarrier.arrive.shared.b64 _, [s+2052];                | MISALIGNED",
        "// made                                                | mbarrier.inval.shared.b64 [s+2048];                    | BARRIER",
        "// made                                                | st.shared.u32 [s], %r0;                                | UNFENCED",
        "// emptied                                             | add.s64 %rd4, %rd4, 64;                                | MISALIGNED",
        "// emptied                                             | add.s64 %rd4, %rd4, 1280;                              | BARRIER",
        "// emptied                                             | add.s64 %rd4, %rd4, 3200;                              | OUT_OF_BOUNDS",
        "// emptied                                             | mov.b64 %rd1, %rd2;                                    | DESCRIPTOR",
        "// emptied                                             | add.s64 %rd1, %rd1, 32;                                | MISALIGNED",
        "// emptied                                             | add.s64 %rd1, %rd1, 64;                                | OUT_OF_BOUNDS",
        "{%r7, %r6}                                             | {%r7, %r6, %r7}                                        | DESCRIPTOR",
        "// begun                                               | mbarrier.expect_tx.relaxed.cta.shared::cta.b64 [%rd3+2048], 16; | BARRIER",
        "// begun                                               | ld.shared.u32 %r16, [%rd4];                            | IN_FLIGHT",
        "// begun                                               | st.shared.u32 [%rd4], %r0;                             | IN_FLIGHT",
        "// left                                                | sub.s32 %r1, %r1, 1;                                   | IN_FLIGHT"})
    void whatMustNotBe(String line, String instead, Kind kind) {
        String ptx = Bench.text("bulk");
        assertTrue(ptx.contains(line), line);
        String changed = ptx.replace(line, instead == null ? "" : instead);
        String wide = changed.contains("{%r7, %r6, %r7}") ? changed.replace("tensor.2d", "tensor.3d") : changed;
        Finding finding = finding(() -> Run.of(wide, 33, 5).launch(1));
        assertEquals(kind, finding.kind(), finding.toString());
    }

    /** Who read may not say so before. */
    @Test
    void anArrivalBeforeTheReads() {
        String arrival = "mbarrier.arrive.shared::cta.b64 _, [%rd3+2064];";
        String early = Bench.text("bulk").replace(arrival, "").replace("mov.u32 %r12, %r9;", arrival + "mov.u32 %r12, %r9;");
        assertEquals(Kind.RACE, finding(() -> Run.of(early, 33, 5).launch(1)).kind());
    }

    @Test
    void aDeadlockSaysWhatIsMissing() {
        String more = Bench.text("bulk").replace("[%rd3+2048], 1024;", "[%rd3+2048], 1040;");
        assertEquals("all live warps wait: warp 1 for the barrier at byte 2048 with parity 0, where in phase 0 0 of 1 arrivals and 16 bytes are missing, and 0 bytes on "
                + "their way; warp 2 for the barrier at byte 2048 with parity 0, where in phase 0 0 of 1 arrivals and 16 bytes are missing, and 0 bytes on their way;",
                finding(() -> Run.of(more, 33, 1).launch(1)).detail());
    }

    /** The second block finds what two warps of the first read at different clocks, and writes there before it reads. */
    @Test
    void blocksFollowEachOther() {
        String written = Bench.text("bulk").replace("bar.sync 0;", "@!%p0 st.shared.u32 [s], %r0; fence.proxy.async; bar.sync 0;");
        Run.of(written, 33, 5).launch(1);
        var device = new Bench(written);
        var map = device.device.encode(rows(33), device.put(numbers(104 * 33)));
        device.launch("bulk", 3, 96, SHARED, new Parameters().map(map).i64(device.device.allocate(4L * WORDS * 5)).i32(5));
    }

    /** All sectors that a box has, also where its lines begin in the middle of one. */
    @ParameterizedTest
    @CsvSource({"0, 32", "16, 40"})
    void sectorsAndPassesAreCounted(int offset, int sectors) {
        var bench = new Bench(Bench.text("bulk"));
        var map = new TensorMap(0, offset, DType.BF16, ImmutableList.of(new Dim(64, 2, 64), new Dim(8, 256, 8)));
        var kernel = bench.device.load(bench.ptx).kernel("bulk");
        var how = new GpuKernel("bulk", "bulk", 0, 1, 96, new GpuKernel.Memory(SHARED, 0), ImmutableList.of(map));
        var parameters = Parameters.of(bench.device, how, bench.put(numbers(2048)), bench.device.allocate(1024)).toBytes();
        bench.device.launch(new Launch(kernel, Extent.of(1), Extent.of(96), SHARED, new Parameters().map(Arrays.copyOf(parameters, TensorMap.BYTES))
                .i64(Bytes.loadLong(parameters, TensorMap.BYTES + 8)).i32(1).toBytes()));
        var copy = bench.device.counts(kernel).stream().filter(count -> count.origin().text().startsWith("cp.async.bulk")).findFirst().orElseThrow();
        assertEquals(new InstructionCount.Traffic(sectors, 32), copy.sectors());
        assertEquals(new InstructionCount.Traffic(8, 8), copy.wavefronts());
    }


    private static Finding finding(Executable run) {
        return assertThrows(KernelFault.class, run).finding();
    }
}
