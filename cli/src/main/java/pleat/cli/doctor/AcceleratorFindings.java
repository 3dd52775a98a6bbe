package pleat.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import pleat.cli.doctor.Finding.State;
import pleat.runtime.device.CudaProbe;
import pleat.runtime.device.MpiProbe;
import pleat.runtime.device.Probe;

/** What reaches beyond one processor; everything else works without it. */
final class AcceleratorFindings {
    private AcceleratorFindings() {}

    static List<Finding> all() {
        return List.of(
                finding("cuda", CudaProbe.run(), "it comes with NVIDIA's driver; this version computes on the processor and does not use it"),
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
        return ptxasOnPath()
                .map(path -> Finding.ok("ptxas", version(path) + " at " + path))
                .orElseGet(() -> new Finding("ptxas", State.ABSENT, "not on the PATH, nor in a CUDA toolkit",
                        "it comes with NVIDIA's CUDA toolkit (cuda-nvcc); this version computes on the processor and does not use it"));
    }

    private static Optional<Path> ptxasOnPath() {
        Stream<String> toolkits = Stream.of("CUDA_HOME", "CUDA_PATH")
                .flatMap(name -> Optional.ofNullable(System.getenv(name)).stream())
                .map(home -> home + "/bin");
        Stream<String> path = Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(":"));
        return Stream.of(toolkits, path, Stream.of("/usr/local/cuda/bin"))
                .flatMap(folders -> folders)
                .map(folder -> Path.of(folder, "ptxas"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static String version(Path ptxas) {
        try {
            Process process = new ProcessBuilder(ptxas.toString(), "--version").redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes());
            return said.lines()
                    .filter(line -> line.contains("release "))
                    .map(line -> line.substring(line.indexOf("release ") + "release ".length()).split(",")[0])
                    .findFirst()
                    .orElse("of unknown version");
        } catch (IOException failure) {
            return "that cannot be started (" + failure.getMessage() + ")";
        }
    }
}
