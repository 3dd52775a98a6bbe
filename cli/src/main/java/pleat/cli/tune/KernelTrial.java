package pleat.cli.tune;

import pleat.codegen.gpu.GpuTarget;

/** Finds how long a launch of a kernel takes. */
interface KernelTrial extends AutoCloseable {
    /** What kernels are cut for. */
    GpuTarget target();

    /** How many may be tried at a time, each by a thread of its own. */
    int sideBySide();

    double seconds(LoweredWay way);

    @Override
    void close();
}
