package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pleat.codegen.KernelArguments;
import pleat.codegen.KernelFamilies;
import pleat.codegen.gpu.GpuTarget;
import pleat.ir.kernel.Kernel;
import pleat.runtime.emulator.KernelFault;

/** A barrier, or a wait for copies, that is left out is noticed by the emulator, or changes nothing: the numbers are never wrong without a finding. */
final class GpuBarriersTest {
    private static final List<String> ORDERING = List.of("bar.sync", "cp.async.commit_group", "cp.async.wait_group");

    @ParameterizedTest
    @ValueSource(strings = {"softmax", "layer_norm", "product", "linear", "attend", "attend_columns", "backward"})
    void eachBarrierMattersOrIsNotNeeded(String family) {
        eachMatters(family, 0);
        assertTrue(!family.equals("linear") || ORDERING.stream().allMatch(EmulatedKernel.of(kernel(family), GpuTarget.SM_80).ptx()::contains), "linear copies");
    }

    /** Where 16 bytes cannot be copied at once, other code runs. */
    @ParameterizedTest
    @ValueSource(strings = {"attend", "attend_columns"})
    void eachBarrierMattersWhereBuffersBeginAnywhere(String family) {
        eachMatters(family, 4);
    }

    private static Kernel kernel(String family) {
        return KernelFamilies.kernel(family, 33, 31, 40);
    }

    private static void eachMatters(String family, long shift) {
        Kernel kernel = kernel(family);
        var whole = EmulatedKernel.of(kernel, GpuTarget.SM_80);
        var expected = KernelArguments.of(kernel);
        whole.run(expected, shift);
        for (String instruction : ORDERING) {
            var outcomes = outcomes(whole, instruction, expected, shift);
            System.out.printf("GpuBarriersTest: %s, buffers shifted by %s, without one %s: %s%n", family, shift, instruction, outcomes);
            assertFalse(outcomes.contains("wrong"), family + " without one " + instruction);
            boolean runs = shift == 0 || instruction.equals("bar.sync");
            assertTrue(outcomes.isEmpty() || !runs || outcomes.contains("caught"), "no " + instruction + " of " + family + " matters");
        }
    }

    /** Of leaving out one of the instructions, for each of them. */
    private static List<String> outcomes(EmulatedKernel whole, String instruction, List<double[]> expected, long shift) {
        var lines = List.of(whole.ptx().split("\n"));
        var outcomes = new ArrayList<String>();
        for (int line = 0; line < lines.size(); line++) {
            if (lines.get(line).contains(instruction)) {
                var fewer = new ArrayList<>(lines);
                fewer.remove(line);
                outcomes.add(outcome(new EmulatedKernel(whole.kernel(), whole.how(), String.join("\n", fewer)), expected, shift));
            }
        }
        return outcomes;
    }

    private static String outcome(EmulatedKernel mutant, List<double[]> expected, long shift) {
        var actual = KernelArguments.of(mutant.kernel());
        try {
            mutant.run(actual, shift);
        } catch (KernelFault _) {
            return "caught";
        }
        for (int p = 0; p < actual.size(); p++) {
            if (!Arrays.equals(expected.get(p), actual.get(p))) {
                return "wrong";
            }
        }
        return "harmless";
    }
}
