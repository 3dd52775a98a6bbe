package pleat.cli.execute;

import java.util.Optional;
import picocli.CommandLine.Option;
import pleat.cli.compile.GpuModel;
import pleat.ir.diagnostic.UserException;

/** The options that say what a run is done on. */
public final class HardwareOptions {
    @Option(names = "--on", paramLabel = "cpu|emulator|cuda", defaultValue = "cpu",
            description = "What computes: native code on the processor, an NVIDIA GPU, or the emulator of one, which checks every instruction. Default: ${DEFAULT-VALUE}.")
    private On on;

    @Option(names = "--no-graph", description = "Start the kernels of a GPU one by one, and not all of a step as a CUDA graph.")
    private boolean withoutGraph;

    @Option(names = "--arch", paramLabel = "sm_NN", description = "The target whose code runs: sm_80 on the emulator, and the newest that a GPU takes, unless given.")
    private String architecture;

    @Option(names = "--blas", paramLabel = "auto|off|on", defaultValue = "off", description = "Who computes plain products on an NVIDIA GPU: Pleat's kernels (off), "
            + "cuBLASLt wherever it can (on), or the faster of both, as the first run measures it (auto). Default: ${DEFAULT-VALUE}.")
    private Blas blas;

    public Hardware hardware() {
        if (blas != Blas.OFF && on != On.CUDA) {
            throw new UserException("--blas is for NVIDIA GPUs: cuBLASLt runs on nothing else\n  = help: add --on cuda");
        }
        if (architecture != null && !on.isGpu()) {
            throw new UserException("--arch is for GPUs\n  = help: add --on emulator or --on cuda");
        }
        if (withoutGraph && !on.isGpu()) {
            throw new UserException("--no-graph is for GPUs\n  = help: add --on cuda");
        }
        return new Hardware(on, !withoutGraph, Optional.ofNullable(architecture).map(GpuModel::target), blas);
    }
}
