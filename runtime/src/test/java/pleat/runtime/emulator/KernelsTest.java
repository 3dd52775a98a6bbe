package pleat.runtime.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pleat.runtime.cuda.Driver.Extent;
import pleat.runtime.cuda.Driver.Kernel;
import pleat.runtime.cuda.Driver.Launch;
import pleat.runtime.cuda.Parameters;

/** Small kernels give the numbers that Java gives. */
class KernelsTest {
    private static final float EXACT = 0;

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 31, 33, 99, 127, 129})
    void sumsOfArrays(int n) {
        var bench = new Bench(Bench.text("add"));
        float[] a = ramp(n, 1);
        float[] b = ramp(n, 0.5f);
        float[] c = new float[n];
        for (int i = 0; i < n; i++) {
            c[i] = a[i] + b[i];
        }
        long out = bench.put(new float[n]);
        bench.launch("add", (n + 63) / 64, 64, 0, new Parameters().i64(bench.put(a)).i64(bench.put(b)).i64(out).i32(n));
        assertArrayEquals(c, bench.floats(out, n));
    }

    @Test
    void aSumOverBlocks() {
        var bench = new Bench(Bench.text("sum"));
        long total = bench.put(new float[1]);
        bench.launch("sum", 3, 64, 0, new Parameters().i64(bench.put(ramp(192, 1))).i64(total));
        assertEquals(191 * 192 / 2, bench.floats(total, 1)[0], EXACT);
    }

    @Test
    void transposition() {
        var bench = new Bench(Bench.text("transpose"));
        float[] x = ramp(256, 1);
        float[] expected = new float[256];
        for (int i = 0; i < 256; i++) {
            expected[i] = x[i % 16 * 16 + i / 16];
        }
        long y = bench.put(new float[256]);
        bench.launch("transpose", 1, 256, 0, new Parameters().i64(bench.put(x)).i64(y));
        assertArrayEquals(expected, bench.floats(y, 256));
    }

    /** Its declaration begins like a directive that names lines of the source. */
    @Test
    void memoryOfALane() {
        var bench = new Bench(Bench.kernel(".local .align 8 .b8 depot[8];\n.reg .b64 %SPL;\nmov.u64 %SPL, depot;\nst.local.b32 [%SPL+4], %r0;\n"
                + "ld.local.b32 %r1, [%SPL+4];\nmul.wide.u32 %rd1, %r0, 4;\nadd.s64 %rd0, %rd0, %rd1;\nst.global.b32 [%rd0], %r1;"));
        long out = bench.put(new float[32]);
        bench.launch("k", 1, 32, 0, new Parameters().i64(out));
        assertEquals(31, bench.ints(out, 32)[31]);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void aPipelinedProductOnTensorCores(int steps) {
        assertArrayEquals(Product.expected(steps), Product.run(Bench.text("product"), steps));
    }

    @Test
    void aCopyFillsWhatItDoesNotTakeWithZeros() {
        var bench = new Bench(Bench.kernel("shl.b32 %r1, %r0, 4; mov.u32 %r2, s; add.s32 %r1, %r1, %r2; mov.u32 %r3, 6;"
                + "cp.async.cg.shared.global [%r1], [%rd0], 16, %r3; cp.async.wait_all; bar.sync 0;"
                + "shl.b32 %r4, %r0, 2; cvt.u64.u32 %rd1, %r4; add.s64 %rd1, %rd1, %rd0; add.s32 %r4, %r4, %r2;"
                + "ld.shared.u32 %r5, [%r4]; st.global.u32 [%rd1], %r5;"));
        long out = bench.device.allocate(64);
        bench.device.fill(out, (byte) 1, 64);
        bench.launch("k", 1, 4, 0, new Parameters().i64(out));
        assertArrayEquals(new int[] {0x01010101, 0x0101, 0, 0}, bench.ints(out, 4));
    }

    @ParameterizedTest
    @CsvSource({"shr.s32, -8, 1, -4", "shr.s32, -8, 40, -1", "shr.u32, -8, 40, 0", "shl.b32, 3, 32, 0", "shl.b32, 3, 4, 48", "div.s32, -7, 2, -3",
        "rem.s32, -7, 2, -1", "mul.hi.u32, -1, 2, 1", "mul.hi.s32, -1, 2, -1", "min.s32, -1, 2, -1", "min.u32, -1, 2, 2", "mul.lo.s32, -3, 5, -15"})
    void integers(String instruction, int a, int b, int expected) {
        var bench = new Bench(Bench.kernel("mov.u32 %r1, " + a + "; mov.u32 %r2, " + b + "; " + instruction
                + " %r3, %r1, %r2; st.global.u32 [%rd0], %r3;"));
        long out = bench.device.allocate(4);
        bench.launch("k", 1, 1, 0, new Parameters().i64(out));
        assertEquals(expected, bench.ints(out, 1)[0]);
    }

    @ParameterizedTest
    @CsvSource({"cvt.rn.f32.s32, -3, -1069547520", "cvt.rzi.s32.f32, 0fC0600000, -3", "cvt.rni.s32.f32, 0f40600000, 4", "cvt.s32.s8, 255, -1",
        "cvt.rna.tf32.f32, 0f3F801000, 0x3F802000", "ex2.approx.ftz.f32, 0f40400000, 0x41000000", "clz.b32, 1, 31", "popc.b32, 255, 8",
        "neg.f32, 0f3F800000, -1082130432", "cvt.rzi.u32.f32, 0fBF800000, 0"})
    void ofOneOperand(String instruction, String a, String expected) {
        var bench = new Bench(Bench.kernel("mov.b32 %r1, " + a + "; " + instruction + " %r3, %r1; st.global.u32 [%rd0], %r3;"));
        long out = bench.device.allocate(4);
        bench.launch("k", 1, 1, 0, new Parameters().i64(out));
        assertEquals(Long.decode(expected).intValue(), bench.ints(out, 1)[0]);
    }

    /** {@code 0xFFFFFFFF_FFFFFFFF + 1} and {@code 0 - 1} in halves: the carry goes on. */
    @ParameterizedTest
    @CsvSource({"add.cc.u32, addc.u32, -1, 1, 0, 0", "sub.cc.u32, subc.u32, 0, 1, -1, -1", "add.cc.u32, addc.u32, -2, 1, -1, -1"})
    void carries(String low, String high, int a, int b, int expectedLow, int expectedHigh) {
        var bench = new Bench(Bench.kernel("mov.u32 %r1, " + a + "; mov.u32 %r2, " + b + "; " + low + " %r3, %r1, %r2; st.global.u32 [%rd0], %r3;"
                + "mov.u32 %r1, " + (a == 0 ? 0 : -1) + ";" + high + " %r3, %r1, 0; st.global.u32 [%rd0+4], %r3;"));
        long out = bench.device.allocate(8);
        bench.launch("k", 1, 1, 0, new Parameters().i64(out));
        assertArrayEquals(new int[] {expectedLow, expectedHigh}, bench.ints(out, 2));
    }

    @Test
    void sharedMemoryOfALaunchLiesAfterWhatIsDeclared() {
        String ptx = Bench.kernel("st.shared.u32 [s+252], 1; st.shared.u32 [d], 2; ld.shared.u32 %r1, [s+252]; ld.shared.u32 %r2, [d];"
                + "add.s32 %r3, %r1, %r2; st.global.u32 [%rd0], %r3;").replace(".visible", ".extern .shared .align 128 .b8 d[];\n.visible");
        var bench = new Bench(ptx.replace("s[256]", "s[260]"));
        long out = bench.device.allocate(4);
        bench.launch("k", 1, 1, 4, new Parameters().i64(out));
        assertEquals(3, bench.ints(out, 1)[0]);
        // Declared: 260 bytes, then up to 384; one word more than the launch brings is out of bounds.
        var wide = new Bench(ptx.replace("[d], 2", "[d+4], 2"));
        long target = wide.device.allocate(4);
        assertThrows(KernelFault.class, () -> wide.launch("k", 1, 1, 4, new Parameters().i64(target)));
    }

    @Test
    void bankConflictsAndSectorsAreCounted() {
        var bench = new Bench(Bench.text("transpose"));
        long x = bench.put(ramp(256, 1));
        Kernel kernel = bench.device.load(bench.ptx).kernel("transpose");
        bench.device.launch(new Launch(kernel, Extent.of(1), Extent.of(256), 0, new Parameters().i64(x).i64(x).toBytes()));
        // Columns of a tile with 16 words a row: of 32 lanes, eight meet in each of four banks.
        assertEquals(new InstructionCount.Traffic(64, 8), count(bench, kernel, "ld.shared").wavefronts());
        assertEquals(new InstructionCount.Traffic(8, 8), count(bench, kernel, "st.shared").wavefronts());
        assertEquals(new InstructionCount.Traffic(32, 32), count(bench, kernel, "ld.global").sectors());
        assertEquals(8, count(bench, kernel, "bar.sync").executed());
    }

    /** Wherever in the text that is: before the branch, as LLVM may have it, behind a loop that lanes leave at different times, and in such a loop. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "4 | bra H; L: add.u32 %r1, %r1, 1; H: setp.gt.u32 %p0, %r1, 3; @%p0 bra E; and.b32 %r2, %r0, 8; @%p1 bra L; mov.u32 %r3, 5; bra L; E:",
        "1 | bra H; L: and.b32 %r2, %r0, 8; bra E; H: add.u32 %r1, %r1, 1; setp.le.u32 %p0, %r1, %r0; @%p0 bra H; bra L; E:",
        "3 | H: @%p1 bra I; mov.u32 %r3, 5; I: and.b32 %r2, %r0, 8; add.u32 %r1, %r1, 16; setp.le.u32 %p0, %r1, %r3; @%p0 bra H;"})
    void lanesThatPartMeetWhereTheirWaysDo(int turns, String lines) {
        var bench = new Bench(Bench.kernel("mov.u32 %r1, 0; mov.u32 %r3, 32; and.b32 %r2, %r0, 1; setp.ne.u32 %p1, %r2, 0;" + lines));
        Kernel kernel = bench.device.load(bench.ptx).kernel("k");
        bench.device.launch(new Launch(kernel, Extent.of(1), Extent.of(32), 0, new Parameters().i64(bench.device.allocate(4)).toBytes()));
        long executed = bench.device.counts(kernel).stream().filter(c -> c.origin().text().endsWith("%r0, 8")).findFirst().orElseThrow().executed();
        assertEquals(turns, executed);
    }

    private static InstructionCount count(Bench bench, Kernel kernel, String start) {
        return bench.device.counts(kernel).stream().filter(c -> c.origin().text().startsWith(start)).findFirst().orElseThrow();
    }

    private static float[] ramp(int n, float by) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = i * by;
        }
        return values;
    }
}
