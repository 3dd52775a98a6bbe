package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.codegen.KernelFamilies;
import pleat.codegen.gpu.GpuTarget;

/**
 * Each instruction that orders warps or copies is left out, and each wait made weaker: the emulator notices, or has proven that nothing needs it.
 * The table is printed.
 */
final class GpuBarriersTest {
    static Set<String> families() {
        return KernelFamilies.names();
    }

    @ParameterizedTest
    @MethodSource("families")
    void whatOrdersIsMissedOrNotNeeded(String family) {
        var whole = EmulatedKernel.of(KernelFamilies.kernel(family, 33, 31, 40), GpuTarget.SM_80);
        var mutants = GpuMutant.of(whole);
        if (mutants.isEmpty()) {
            System.out.printf("mutant  %-18s nothing in it orders anything%n", family);
        }
        GpuMutant.assertMissedOrNotNeeded(family, mutants);
    }

    @Test
    void copiesAreAmongThem() {
        String ptx = EmulatedKernel.of(KernelFamilies.kernel("linear", 33, 31, 40), GpuTarget.SM_80).ptx();
        for (String instruction : List.of("bar.sync", "cp.async.commit_group", "cp.async.wait_group")) {
            assertTrue(ptx.contains(instruction), instruction);
        }
    }

    /** A kernel of every family is in the table with all that orders in it. */
    @Test
    void nothingElseOrders() {
        var ordering = Pattern.compile("^\\s*(?:@\\S+ )?(?:mbarrier|fence|membar|barrier|bar\\.(?!sync)|cp\\.async\\.bulk|wgmma)", Pattern.MULTILINE);
        Stream<String> texts = families().stream().map(family -> EmulatedKernel.of(KernelFamilies.kernel(family, 33, 31, 40), GpuTarget.SM_80).ptx());
        assertFalse(texts.anyMatch(text -> ordering.matcher(text).find()), "an instruction that GpuMutant does not know");
    }
}
