package pleat.runtime.emulator;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.runtime.cuda.Parameters;
import pleat.runtime.emulator.Finding.Kind;

/** What a kernel must not do is found, and said where. */
class ChecksTest {
    /** Numbers of the lines of the product that order its copies and its warps. */
    static List<Integer> orderingLines() {
        List<String> lines = Bench.text("product").lines().toList();
        var found = new ArrayList<Integer>();
        IntStream.range(0, lines.size()).filter(i -> lines.get(i).matches("\\s*(bar\\.sync|cp\\.async\\.(commit|wait)_group).*"))
                .forEach(found::add);
        assertEquals(5, found.size());
        return found;
    }

    @ParameterizedTest
    @MethodSource("orderingLines")
    void noBarrierWaitOrCommitIsMissed(int line) {
        var lines = new ArrayList<>(Bench.text("product").lines().toList());
        lines.set(line, "");
        Finding finding = finding(() -> Product.run(String.join("\n", lines), 5));
        assertTrue(List.of(Kind.IN_FLIGHT, Kind.RACE, Kind.UNWRITTEN).contains(finding.kind()), finding.toString());
    }

    @Test
    void aWaitForTooFewGroups() {
        String weak = Bench.text("product").replace("wait_group \t1", "wait_group \t2");
        assertEquals(Kind.IN_FLIGHT, finding(() -> Product.run(weak, 5)).kind());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "MISALIGNED    | add.s64 %rd1, %rd0, 2; st.global.u32 [%rd1], 1;",
        "OUT_OF_BOUNDS | st.global.u32 [%rd0+256], 1;",
        "OUT_OF_BOUNDS | st.global.u32 [%rd0+-4], 1;",
        "OUT_OF_BOUNDS | ld.shared.u32 %r1, [s+256];",
        "UNWRITTEN     | ld.shared.u32 %r1, [s];",
        "RACE          | st.shared.u32 [s], %r0;",
        "DIVERGENCE    | setp.lt.u32 %p0, %r0, 16; @%p0 bar.sync 0;",
        "DIVERGENCE    | setp.lt.u32 %p0, %r0, 16; @%p0 bra L; bar.sync 0; bra E; L: bar.sync 0; E:",
        "MEMBER_MASK   | setp.lt.u32 %p0, %r0, 16; @%p0 bra E; shfl.sync.bfly.b32 %r1, %r0, 16, 31, -1; E:",
        "MEMBER_MASK   | shfl.sync.bfly.b32 %r1, %r0, 1, 31, 0xff;",
        "MEMBER_MASK   | setp.lt.u32 %p0, %r0, 16; @%p0 bra L; bar.warp.sync -1; bra E; L: bar.warp.sync -1; E:",
        "DEADLOCK      | shr.u32 %r1, %r0, 5; barrier.sync %r1, 64;",
        "ENDLESS       | L: bra L;",
        "TRAP          | trap;"})
    void eachKindIsFound(Kind kind, String lines) {
        assertEquals(kind, finding(() -> run(lines)).kind());
    }

    @Test
    void halvesOfAWarpMayShuffleApart() {
        int[] out = run("setp.lt.u32 %p0, %r0, 16; and.b32 %r2, %r0, 31; setp.lt.u32 %p0, %r2, 16; @%p0 bra L;"
                + "shfl.sync.bfly.b32 %r1, %r0, 1, 31, 0xffff0000; bra E; L: shfl.sync.bfly.b32 %r1, %r0, 2, 31, 0xffff; E:"
                + "mul.wide.u32 %rd1, %r0, 4; add.s64 %rd1, %rd1, %rd0; st.global.u32 [%rd1], %r1;");
        for (int i = 0; i < 64; i++) {
            assertEquals(i % 32 < 16 ? i ^ 2 : i ^ 1, out[i]);
        }
    }

    @Test
    void aNamedBarrierOrdersOnlyThoseThatCome() {
        run("setp.eq.u32 %p0, %r0, 0; @%p0 st.shared.u32 [s], %r0; barrier.sync 1, 64; ld.shared.u32 %r1, [s];");
        assertEquals(Kind.RACE, finding(() -> run("setp.eq.u32 %p0, %r0, 0; @%p0 st.shared.u32 [s], %r0; shr.u32 %r2, %r0, 5;"
                + "add.s32 %r2, %r2, 1; barrier.sync %r2, 32; ld.shared.u32 %r1, [s];")).kind());
    }

    @Test
    void neighbouringBytesOfTwoWarpsAreNoRace() {
        run("mov.u64 %rd1, s; and.b32 %r1, %r0, 31; shl.b32 %r1, %r1, 1; shr.u32 %r2, %r0, 5; add.s32 %r1, %r1, %r2; cvt.u64.u32 %rd2, %r1;"
                + "add.s64 %rd1, %rd1, %rd2; st.shared.u8 [%rd1], %r0;");
    }

    @ParameterizedTest
    @CsvSource({"'', RACE", "bar.sync 0;,"})
    void readsAtDifferentClocksAreAllRemembered(String between, Kind kind) {
        // Warp 1 meets itself once more than warp 0 does before both read.
        String lines = "shr.u32 %r2, %r0, 5; setp.eq.u32 %p0, %r0, 0; setp.eq.u32 %p1, %r2, 0; @%p0 st.shared.u32 [s], %r0; bar.sync 0;"
                + "@%p1 bra M; barrier.sync 2, 32; M: ld.shared.u32 %r1, [s];" + (between == null ? "" : between) + "@%p0 st.shared.u32 [s], %r0;";
        if (kind == null) {
            run(lines);
        } else {
            assertEquals(kind, finding(() -> run(lines)).kind());
        }
    }

    /** `%rd1` is the place of the thread's own word, `%rd2` that of the same thread of the other warp; all blocks have the same places. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "1 | | st.global.u32 [%rd1], %r0; bar.sync 0; ld.global.u32 %r1, [%rd2];",
        "1 | GLOBAL_RACE | st.global.u32 [%rd1], %r0; ld.global.u32 %r1, [%rd2];",
        "1 | | ld.global.u32 %r1, [%rd2]; bar.sync 0; st.global.u32 [%rd1], %r0;",
        "1 | GLOBAL_RACE | ld.global.u32 %r1, [%rd2]; st.global.u32 [%rd1], %r0;",
        "2 | | ld.global.u32 %r1, [%rd2];",
        "2 | GLOBAL_RACE | st.global.u32 [%rd1], %r0;",
        "2 | GLOBAL_RACE | ld.global.u32 %r1, [%rd1]; st.global.u32 [%rd1], %r0;",
        "2 | GLOBAL_RACE | ld.global.u32 %r1, [%rd1]; mov.u32 %r3, %ctaid.x; setp.eq.u32 %p0, %r3, 1; @%p0 st.global.u32 [%rd1], %r0;"})
    void racesInGlobalMemoryAreFoundIfAskedFor(int blocks, Kind kind, String lines) {
        var bench = Bench.watchingGlobalMemory(Bench.kernel("xor.b32 %r2, %r0, 32; mul.wide.u32 %rd1, %r0, 4; mul.wide.u32 %rd2, %r2, 4;"
                + "add.s64 %rd1, %rd1, %rd0; add.s64 %rd2, %rd2, %rd0;" + lines));
        var out = new Parameters().i64(bench.device.allocate(256));
        Executable twice = () -> {
            bench.launch("k", blocks, 64, 0, out);
            bench.launch("k", blocks, 64, 0, out);
        };
        if (kind == null) {
            assertDoesNotThrow(twice);
        } else {
            assertEquals(kind, finding(twice).kind());
        }
    }

    @Test
    void aReportSaysWhere() {
        var bench = new Bench(Bench.text("add"));
        long a = bench.put(new float[100]);
        Finding finding = finding(() -> bench.launch("add", 2, 64, 0, new Parameters().i64(a).i64(a).i64(a).i32(101)));
        assertEquals("access out of bounds: 4 bytes of global memory: 0x" + Long.toHexString(a + 400)
                + " is 400 bytes into an allocation of 400 bytes at 0x" + Long.toHexString(a)
                + "\n  kernel add, PTX line 27, from add.pleat:3\n  ld.global.nc.f32 %f1, [%rd5]\n  block (1, 0, 0), warp 1, lane 4",
                finding.toString());
    }

    @Test
    void whatIsNotKnownIsRefusedByName() {
        var refusal = assertThrows(PtxSyntax.class, () -> run("mbarrier.arrive_drop.shared.b64 %rd1, [s];"));
        assertEquals("PTX line 12: `mbarrier.arrive_drop.shared.b64 %rd1, [s]`: the emulator does not know this form of mbarrier",
                refusal.getMessage());
    }

    private static int[] run(String lines) {
        var bench = new Bench(Bench.kernel(lines));
        long out = bench.device.allocate(256);
        bench.launch("k", 1, 64, 0, new Parameters().i64(out));
        return bench.ints(out, 64);
    }

    private static Finding finding(Executable run) {
        return assertThrows(KernelFault.class, run).finding();
    }
}
