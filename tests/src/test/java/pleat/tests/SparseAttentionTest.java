package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import pleat.frontend.Frontend;
import pleat.frontend.Frontend.Request;
import pleat.frontend.check.Library;
import pleat.ir.derive.Cost;
import pleat.ir.tensor.TensorModule;
import pleat.passes.Inline;
import pleat.passes.Pass;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.grad.Differentiate;
import pleat.passes.sparse.WindowMasks;
import pleat.tests.EveryWay.Way;

/** Attention whose kept keys follow from positions: said with subscripts, and recognised in a mask. */
final class SparseAttentionTest {

    /** Sizes of which rows and keys are no whole number of blocks. */
    private enum Case {
        WindowedAttention(Map.of("n", 75L, "windows", 5L, "queries", 16L, "keys", 40L)),
        BlockedAttention(Map.of("n", 50L, "windows", 4L, "block", 16L)),
        StridedAttention(Map.of("n", 50L, "windows", 4L, "queries", 16L, "keys", 17L, "stride", 3L)),
        DilatedAttention(Map.of("n", 50L, "windows", 5L, "queries", 4L, "keys", 8L, "dilation", 3L)),
        GlobalWindowedAttention(Map.of("n", 50L, "windows", 4L, "queries", 16L, "keys", 24L, "globals", 3L)),
        MaskedAttention(Map.of("n", 75L, "windows", 5L, "queries", 16L, "keys", 40L));

        private final Map<String, Long> sizes;

        Case(Map<String, Long> sizes) {
            this.sizes = sizes;
        }

        TensorModule module() {
            var all = new TreeMap<>(sizes);
            all.put("heads", 2L);
            all.put("c", 5L);
            return SparseAttentionTest.module(name(), all);
        }
    }

    private static TensorModule module(String name, Map<String, Long> sizes) {
        return Frontend.ofImport("sparse.windows", Library.shipped()).compile(name, Request.of(Map.of(), sizes));
    }

    static Stream<Case> cases() {
        return Stream.of(Case.values());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyPatternRunsNatively(Case pattern) {
        assertEquals(List.of(), ModelNativeTest.disagreements(pattern.module(), true, List.of(Way.NATIVE, Way.PLAN_UNFUSED)));
    }

    @Test
    void windowsAreTheMaskedAttention() {
        var reference = Differentiate.PASS.apply(Inline.PASS.apply(Case.MaskedAttention.module()));
        var windowed = differentiated(Case.WindowedAttention.module());
        assertEquals(List.of(), EveryWay.disagreements(reference, windowed, ModelCase.arguments(windowed), List.of(Way.NATIVE)));
    }

    @Test
    void nothingIsAsLongAsAllPairs() {
        for (Case pattern : Case.values()) {
            long largest = differentiated(pattern.module()).entryFunction().body().stream().flatMap(op -> op.results().stream())
                    .mapToLong(value -> value.type().elements()).max().orElseThrow();
            long n = pattern.sizes.get("n");
            assertTrue(largest < 2 * n * n, pattern + " has " + largest + " elements for " + n + " rows with two heads");
        }
    }

    /** Work is rows times keys: the same for each block of rows, but for what the ends of the sequence add once. */
    @ParameterizedTest
    @ValueSource(strings = {"WindowedAttention", "MaskedAttention"})
    void workIsLinearInRows(String name) {
        var flops = Stream.of(10L, 20L, 40L)
                .map(windows -> Cost.of(differentiated(module(name, Map.of("n", 32 * windows, "windows", windows)))).flops()).toList();
        assertEquals(2 * (flops.get(1) - flops.get(0)), flops.get(2) - flops.get(1));
    }

    @Test
    void aMaskIsExplained() {
        var remarks = new ArrayList<String>();
        var module = module("MaskedAttention", Map.of("n", 640L, "windows", 20L));
        PassManager.remarking(remarks::add).run(module, Pipelines.prepare(Map.of()));
        assertEquals(1, remarks.size(), remarks.toString());
        assertTrue(remarks.getFirst().endsWith("`masked` is computed for 128 of 640 keys, 32*w + t - 48, in blocks of 32 rows; "
                + "all are faster from 640 on"), remarks.getFirst());
    }

    @Test
    void theMaskCanStay() {
        var passes = Pipelines.prepare(Map.of()).stream().filter(pass -> pass != WindowMasks.PASS).toList();
        long masked = flops(module("MaskedAttention", Map.of("n", 640L, "windows", 20L)), passes);
        long windowed = flops(module("MaskedAttention", Map.of("n", 640L, "windows", 20L)), Pipelines.prepare(Map.of()));
        assertTrue(masked > 4 * windowed, masked + " and " + windowed);
    }

    private static long flops(TensorModule module, List<Pass> passes) {
        return Cost.of(PassManager.quiet().run(module, passes)).flops();
    }

    private static TensorModule differentiated(TensorModule module) {
        var passes = PassManager.quiet();
        var prepared = passes.run(module, Pipelines.prepare(Map.of()));
        return passes.run(passes.run(prepared, List.of(Differentiate.PASS)), Pipelines.cleanUp());
    }
}
