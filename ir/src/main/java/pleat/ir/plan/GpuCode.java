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
 * @param kernels by their name in {@link Plan#kernels}
 */
public record GpuCode(String target, ImmutableList<String> texts, ImmutableMap<String, GpuKernel> kernels) {

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
