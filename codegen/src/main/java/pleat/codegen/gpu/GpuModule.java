package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import pleat.codegen.llvm.ModuleText;
import pleat.ir.diagnostic.UserException;
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
    public static GpuModule of(Collection<Kernel> kernels, GpuTarget target) {
        var lowered = ImmutableList.<GpuCodegen.Lowered>builder();
        int number = 0;
        for (Kernel kernel : kernels) {
            if (kernel.parameters().size() > GpuKernel.MOST_BUFFERS) {
                throw new UserException("kernel `%s` has %d buffers, and a launch on a GPU names %d at most".formatted(kernel.name(), kernel.parameters().size(),
                        GpuKernel.MOST_BUFFERS));
            }
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

    /** The kernel of this name in a plan, lowered. */
    public GpuCodegen.Lowered lowered(String kernel) {
        for (int k = 0; k < kernels.size(); k++) {
            if (kernels.get(k).name().equals(kernel)) {
                return lowered.get(k);
            }
        }
        throw new IllegalStateException("there is no kernel `" + kernel + "`");
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
        return code(PtxCompiler.LLVM, threads, ImmutableList.of());
    }

    /** @param batches names of kernels whose launches are to be one; they have no code of their own */
    public GpuCode code(PtxCompiler compiler, int threads, List<ImmutableList<String>> batches) {
        var inBatches = batches.stream().flatMap(List::stream).collect(ImmutableSet.toImmutableSet());
        var texts = new ArrayList<String>();
        var code = ImmutableMap.<String, GpuKernel>builder();
        for (Kernel kernel : kernels) {
            if (!inBatches.contains(kernel.name())) {
                var low = lowered(kernel.name());
                code.put(kernel.name(), launched(kernel.name(), low, texts.size()));
                texts.add(llvm(low.lane()));
            }
        }
        var together = ImmutableMap.<String, GpuCode.Batch>builder();
        for (var batch : batches) {
            var low = BatchCode.of("batch%d".formatted(texts.size()), batch.stream().map(this::lowered).toList());
            var name = "%s and %d more".formatted(batch.getFirst(), batch.size() - 1);
            together.put(batch.getFirst(), new GpuCode.Batch(batch, launched(name, low, texts.size())));
            texts.add(llvm(low.lane()));
        }
        return new GpuCode(target.name(), compiler.compile(texts, target, threads), code.buildOrThrow(), together.buildOrThrow());
    }

    private static GpuKernel launched(String name, GpuCodegen.Lowered low, int text) {
        return new GpuKernel(name, low.lane().name(), text, low.grid(), low.lane().threads(), new GpuKernel.Memory(low.lane().sharedBytes(), low.scratchBytes()),
                low.maps());
    }
}
