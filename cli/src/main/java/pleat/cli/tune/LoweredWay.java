package pleat.cli.tune;

import java.util.List;
import pleat.codegen.gpu.GpuModule;
import pleat.codegen.gpu.GpuTarget;
import pleat.ir.kernel.Kernel;

/**
 * A way to cut a kernel, and the code that it becomes. Several ways may be the same code: bands choose their rows themselves.
 *
 * @param text LLVM IR, alike for kernels that differ in their name only
 */
record LoweredWay(Kernel kernel, GpuModule module, String text) {
    private static final String NAME = "tried";

    static LoweredWay of(Kernel kernel, GpuTarget target) {
        var module = GpuModule.of(List.of(new Kernel(NAME, kernel.parameters(), kernel.axes(), kernel.body())), target);
        return new LoweredWay(kernel, module, module.llvm().getFirst() + "; blocks: " + module.lowered().getFirst().grid() + "\n");
    }
}
