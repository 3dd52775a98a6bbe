package pleat.ir.plan;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;

/**
 * The kernels of a plan as PTX. A plan that was placed for it has a buffer of kind {@link Plan.Kind#SCRATCH} of at least
 * {@link #scratchBytes} bytes.
 *
 * @param target as in {@code sm_90}
 * @param texts PTX, each loaded by itself
 * @param kernels by their name in {@link Plan#kernels}, but for those of batches
 * @param batches by the kernel of their first launch
 */
public record GpuCode(String target, ImmutableList<String> texts, ImmutableMap<String, GpuKernel> kernels, ImmutableMap<String, Batch> batches) {

    /**
     * Launches that follow each other in a plan and are one on a GPU: their blocks run side by side. Its parameters are those of the launches, one
     * after the other, and after them the plan's scratch.
     *
     * @param kernels of the launches, in their order
     */
    public record Batch(ImmutableList<String> kernels, GpuKernel how) {}

    /** Every launch by itself. */
    public GpuCode(String target, ImmutableList<String> texts, ImmutableMap<String, GpuKernel> kernels) {
        this(target, texts, kernels, ImmutableMap.of());
    }

    public GpuCode {
        for (GpuKernel kernel : kernels.values()) {
            checkArgument(kernel.text() >= 0 && kernel.text() < texts.size(), "kernel `%s` is in text %s of %s", kernel.name(), kernel.text(), texts.size());
        }
    }

    /** What one launch at a time needs beside the buffers. */
    public long scratchBytes() {
        return kernels.values().stream().mapToLong(kernel -> kernel.memory().scratchBytes()).max().orElse(0);
    }
}
