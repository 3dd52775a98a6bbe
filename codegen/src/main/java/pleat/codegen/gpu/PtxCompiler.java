package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.List;
import pleat.codegen.HostTarget;
import pleat.codegen.llvm.LlvmCompiler;
import pleat.codegen.llvm.OptLevel;

/** From LLVM IR to PTX. */
@FunctionalInterface
public interface PtxCompiler {
    /** Vectors are no matter of a GPU's target; this is what LLVM's host targets have at least. */
    int NO_VECTORS = 16;

    /** LLVM itself, every time. */
    PtxCompiler LLVM = (texts, target, threads) -> ImmutableList.copyOf(new LlvmCompiler().assemblies(texts,
            HostTarget.named("nvptx64-nvidia-cuda", target.name(), NO_VECTORS), OptLevel.EXPLICIT, threads));

    /**
     * PTX for each text.
     *
     * @param threads that LLVM may use
     */
    ImmutableList<String> compile(List<String> texts, GpuTarget target, int threads);
}
