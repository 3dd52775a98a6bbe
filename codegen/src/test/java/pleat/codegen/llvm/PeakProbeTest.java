package pleat.codegen.llvm;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import pleat.codegen.HostTarget;

class PeakProbeTest {
    @Test
    void theLoopTouchesNoMemory() {
        var target = HostTarget.named("x86_64-unknown-linux-gnu", "haswell", 32);
        String assembly = new LlvmCompiler().assembly(PeakProbe.text(target.lanes()), target, OptLevel.EXPLICIT);
        assertFalse(assembly.contains("(%rsp)"), assembly);
        assertTrue(assembly.lines().filter(line -> line.contains("vfmadd")).count() == 48, assembly);
    }

    @Test
    void thisHostComputesAtAll() {
        double rate = PeakProbe.flopsPerSecond(new LlvmCompiler(), NativeCode.HOST, 2);
        assertTrue(rate > 1e9 && rate < 1e13, "flops per second: " + rate);
    }
}
