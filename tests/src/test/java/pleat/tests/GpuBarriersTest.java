package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pleat.codegen.gpu.GpuTarget;
import pleat.ir.kernel.Kernel;
import pleat.runtime.emulator.KernelFault;

/** A barrier that is left out is noticed by the emulator, or changes nothing: the numbers are never wrong without a finding. */
final class GpuBarriersTest {
    private static final String BARRIER = "bar.sync";

    @ParameterizedTest
    @ValueSource(strings = {"softmax", "layer_norm", "product", "attend", "backward"})
    void eachBarrierMattersOrIsNotNeeded(String family) {
        Kernel kernel = GpuKernelsTest.kernel(family, 33, 31, 40);
        var whole = EmulatedKernel.of(kernel, GpuTarget.SM_80);
        var expected = GpuKernelsTest.arguments(kernel);
        whole.run(expected);
        var lines = List.of(whole.ptx().split("\n"));
        var outcomes = new ArrayList<String>();
        for (int line = 0; line < lines.size(); line++) {
            if (lines.get(line).contains(BARRIER)) {
                var fewer = new ArrayList<>(lines);
                fewer.remove(line);
                outcomes.add(outcome(new EmulatedKernel(kernel, whole.how(), String.join("\n", fewer)), expected));
            }
        }
        System.out.println("GpuBarriersTest: " + family + ": " + outcomes);
        assertEquals(List.of(), outcomes.stream().filter("wrong"::equals).toList());
        assertTrue(outcomes.contains("caught"), "no barrier of " + family + " matters");
    }

    private static String outcome(EmulatedKernel mutant, List<double[]> expected) {
        var actual = GpuKernelsTest.arguments(mutant.kernel());
        try {
            mutant.run(actual);
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
