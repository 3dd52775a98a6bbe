package pleat.cli.doctor;

import java.util.List;
import pleat.cli.doctor.Finding.State;
import pleat.cli.export.Ptxas;
import pleat.runtime.device.CudaProbe;
import pleat.runtime.device.LibraryProbe;
import pleat.runtime.device.MpiProbe;
import pleat.runtime.device.Probe;

/** What reaches beyond one processor; everything else works without it. */
final class AcceleratorFindings {
    private AcceleratorFindings() {}

    static List<Finding> all() {
        return List.of(
                finding("cuda", CudaProbe.run(), "it comes with NVIDIA's driver; without a GPU, `pleat run MODEL --on emulator` runs the code that one would"),
                finding("nccl", LibraryProbe.nccl(), "`apt install libnccl2`, or PyTorch's nvidia/nccl/lib in LD_LIBRARY_PATH; without it the devices of a plan share one GPU"),
                finding("cublaslt", LibraryProbe.cublas(), "it comes with NVIDIA's CUDA toolkit or PyTorch; Pleat's own kernels do not need it; `--blas` asks for its products, and `bench/gpu/run.sh` compares with them"),
                ptxas(),
                finding("mpi", MpiProbe.run(), "`apt install openmpi-bin libopenmpi3`, or the cluster's Open MPI module; without it the devices of a plan are threads of one process"));
    }

    private static Finding finding(String name, Probe probe, String help) {
        return switch (probe) {
            case Probe.Found(String description) -> Finding.ok(name, description);
            case Probe.Absent(String reason) -> new Finding(name, State.ABSENT, reason, help);
        };
    }

    private static Finding ptxas() {
        return Ptxas.find()
                .map(ptxas -> Finding.ok("ptxas", ptxas.version() + " at " + ptxas.path()))
                .orElseGet(() -> new Finding("ptxas", State.ABSENT, "not on the PATH, nor in a CUDA toolkit",
                        "it comes with NVIDIA's CUDA toolkit (cuda-nvcc); without it `pleat export --target cuda` writes PTX alone, which the driver assembles"));
    }
}
