package pleat.cli.tune;

import pleat.codegen.gpu.GpuTarget;
import pleat.ir.kernel.Kernel;

/** Finds how long a launch of a kernel takes. */
interface KernelTrial extends AutoCloseable {
    /** What kernels are cut for. */
    GpuTarget target();

    double seconds(Kernel kernel);

    @Override
    void close();
}
