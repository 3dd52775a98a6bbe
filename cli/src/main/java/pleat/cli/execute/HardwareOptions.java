package pleat.cli.execute;

import picocli.CommandLine.Option;
import pleat.ir.diagnostic.UserException;

/** The options that say what a run is done on. */
public final class HardwareOptions {
    @Option(names = "--on", paramLabel = "cpu|emulator|cuda", defaultValue = "cpu",
            description = "What computes: native code on the processor, an NVIDIA GPU, or the emulator of one, which checks every instruction. Default: ${DEFAULT-VALUE}.")
    private On on;

    @Option(names = "--no-graph", description = "Start the kernels of a GPU one by one, and not all of a step as a CUDA graph.")
    private boolean withoutGraph;

    public Hardware hardware() {
        if (withoutGraph && !on.isGpu()) {
            throw new UserException("--no-graph is for GPUs\n  = help: add --on cuda");
        }
        return new Hardware(on, !withoutGraph);
    }
}
