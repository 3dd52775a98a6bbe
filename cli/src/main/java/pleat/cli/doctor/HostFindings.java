package pleat.cli.doctor;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import pleat.codegen.HostTarget;
import pleat.codegen.llvm.LlvmLibrary;
import pleat.cli.doctor.Finding.State;
import pleat.ir.diagnostic.DeviceException;

/** What a compile for this machine needs and will use: processor, memory, Java and LLVM. */
final class HostFindings {
    /** The extensions that decide how fast a kernel can be; the others are left out of the line. */
    private static final Set<String> TELLING = Set.of(
            "sse4_2", "avx", "avx2", "fma", "avx512f", "avx512vl", "avx512_bf16", "avx512_fp16", "avx512_vnni", "amx_tile", "amx_bf16",
            "asimd", "sve", "sve2", "bf16");

    private HostFindings() {}

    static List<Finding> all() {
        return List.of(processor(), vectors(), memory(), java(), llvm());
    }

    private static Finding processor() {
        String model = field(Path.of("/proc/cpuinfo"), "model name").orElse("processor of kind " + System.getProperty("os.arch"));
        // As many as this process may use: a container or a batch system may have given fewer than the machine has.
        int cores = Runtime.getRuntime().availableProcessors();
        return Finding.ok("processor", "%s, %d %s".formatted(model, cores, cores == 1 ? "core" : "cores"));
    }

    private static Finding vectors() {
        try {
            HostTarget host = HostTarget.detect();
            String extensions = String.join(" ", host.features().stream().filter(TELLING::contains).toList());
            return Finding.ok("vectors", "%d bits: %s".formatted(host.vectorBytes() * 8, extensions));
        } catch (UnsupportedOperationException failure) {
            return new Finding("vectors", State.MISSING, failure.getMessage(),
                    "kernels run on Linux, on x86-64 or 64-bit ARM; estimates and the interpreter work everywhere");
        }
    }

    private static Finding memory() {
        long total = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
        String available = field(Path.of("/proc/meminfo"), "MemAvailable")
                .map(text -> Long.parseLong(text.split(" ")[0]) * 1024)
                .map(bytes -> ", %.1f GB available".formatted(Math.min(bytes, total) / 1e9))
                .orElse("");
        return Finding.ok("memory", "%.1f GB".formatted(total / 1e9) + available);
    }

    private static Finding java() {
        return Finding.ok("java", "%s (%s) at %s".formatted(
                System.getProperty("java.version"), System.getProperty("java.vendor"), System.getProperty("java.home")));
    }

    private static Finding llvm() {
        try {
            LlvmLibrary library = LlvmLibrary.load();
            return Finding.ok("llvm", "%s, knows this processor as %s".formatted(library.version(), library.hostCpu()));
        } catch (DeviceException failure) {
            return new Finding("llvm", State.MISSING, failure.getMessage(),
                    "it needs glibc 2.34 and the libstdc++ of GCC 12 or newer: Debian 12, Ubuntu 22.04 or later have both");
        }
    }

    /** The first line {@code name: value} of one of the kernel's text files. */
    private static Optional<String> field(Path file, String name) {
        if (!Files.isReadable(file)) {
            return Optional.empty();
        }
        try {
            return Files.readAllLines(file).stream()
                    .map(line -> line.split(":", 2))
                    .filter(parts -> parts.length == 2 && parts[0].strip().equals(name))
                    .map(parts -> parts[1].strip())
                    .findFirst();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
