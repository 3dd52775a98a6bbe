package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Collection;
import java.util.List;
import pleat.codegen.HostTarget;
import pleat.codegen.llvm.LlvmCompiler;
import pleat.codegen.llvm.ModuleText;
import pleat.codegen.llvm.OptLevel;
import pleat.ir.kernel.Kernel;
import pleat.ir.lane.LaneKernel;
import pleat.ir.plan.GpuCode;
import pleat.ir.plan.GpuKernel;
import pleat.ir.verify.LaneVerifier;

/**
 * Kernels lowered together, and the forms they take one after the other.
 *
 * @param kernels by their place in {@code lowered}
 */
public record GpuModule(GpuTarget target, ImmutableList<Kernel> kernels, ImmutableList<GpuCodegen.Lowered> lowered) {
    /** Vectors are no matter of a GPU's target; this is what LLVM's host targets have at least. */
    private static final int NO_VECTORS = 16;

    public static GpuModule of(Collection<Kernel> kernels, GpuTarget target) {
        var lowered = ImmutableList.<GpuCodegen.Lowered>builder();
        int number = 0;
        for (Kernel kernel : kernels) {
            // Names of kernels have characters that entries cannot have, and what is left of two may be the same.
            var low = GpuCodegen.lower(kernel, target, "k%d_%s".formatted(number++, kernel.name().replaceAll("[^A-Za-z0-9_]", "_")));
            LaneVerifier.verified(low.lane(), "the lowering of kernel `" + kernel.name() + "`");
            lowered.add(low);
        }
        return new GpuModule(target, ImmutableList.copyOf(kernels), lowered.build());
    }

    public List<LaneKernel> lanes() {
        return lowered.stream().map(GpuCodegen.Lowered::lane).toList();
    }

    /** Scratch that a launch needs at most. */
    public long scratchBytes() {
        return lowered.stream().mapToLong(GpuCodegen.Lowered::scratchBytes).max().orElse(0);
    }

    /** LLVM IR, a module for each kernel. */
    public ImmutableList<String> llvm() {
        return lanes().stream().map(this::llvm).collect(ImmutableList.toImmutableList());
    }

    private String llvm(LaneKernel lane) {
        var module = new ModuleText();
        LaneLlvm.write(lane, target, module);
        return module.text() + LaneLlvm.annotations(List.of(lane));
    }

    /**
     * PTX, a text for each kernel.
     *
     * @param threads that LLVM may use
     */
    public GpuCode code(int threads) {
        var host = HostTarget.named("nvptx64-nvidia-cuda", target.name(), NO_VECTORS);
        var texts = new LlvmCompiler().assemblies(llvm(), host, OptLevel.EXPLICIT, threads);
        var code = ImmutableMap.<String, GpuKernel>builder();
        for (int k = 0; k < kernels.size(); k++) {
            var low = lowered.get(k);
            var memory = new GpuKernel.Memory(low.lane().sharedBytes(), low.scratchBytes());
            code.put(kernels.get(k).name(), new GpuKernel(kernels.get(k).name(), low.lane().name(), k, low.grid(), low.lane().threads(), memory));
        }
        return new GpuCode(target.name(), ImmutableList.copyOf(texts), code.buildOrThrow());
    }
}
