package pleat.codegen;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the code generator must know about a processor. Reading it loads no native code, so that a run whose kernels are
 * already on disk never pays for LLVM; all fields belong into the key of such a cache.
 *
 * @param triple LLVM's target triple
 * @param cpu what identifies the processor: vendor, family and model of this host, or LLVM's name where {@code features} is empty
 * @param features the instruction set extensions of this host that code generation can use, in the kernel's spelling, sorted;
 *     empty for a named processor
 * @param vectorBytes width of the widest vector register worth using: 16, 32 or 64
 * @param caches of one core
 */
public record HostTarget(String triple, String cpu, List<String> features, int vectorBytes, CacheSizes caches) {
    private static final Path CPUINFO = Path.of("/proc/cpuinfo");
    private static final Path CACHES = Path.of("/sys/devices/system/cpu/cpu0/cache");
    /** Flag prefixes that name vector, float or bit instructions; the others (power, virtualisation) change no code. */
    private static final Set<String> CODE_FLAGS = Set.of("sse", "ssse", "avx", "fma", "f16c", "bmi", "amx", "asimd", "sve",
            "bf16", "fp");

    public HostTarget {
        features = List.copyOf(features);
        if (vectorBytes != 16 && vectorBytes != 32 && vectorBytes != 64) {
            throw new IllegalArgumentException("vector registers of " + vectorBytes + " bytes");
        }
    }

    /** The machine that this process runs on. */
    public static HostTarget detect() {
        if (!Files.isReadable(CPUINFO)) {
            throw new UnsupportedOperationException("host code needs Linux: cannot read " + CPUINFO);
        }
        try {
            return parse(Files.readString(CPUINFO), System.getProperty("os.arch"), CacheSizes.read(CACHES));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A processor by LLVM's name, for looking at code that this host need not be able to run. */
    public static HostTarget named(String triple, String cpu, int vectorBytes) {
        return new HostTarget(triple, cpu, List.of(), vectorBytes, CacheSizes.CONSERVATIVE);
    }

    static HostTarget parse(String cpuinfo, String osArch, CacheSizes caches) {
        Map<String, String> fields = firstProcessor(cpuinfo);
        return switch (osArch) {
            case "amd64", "x86_64" -> {
                Set<String> flags = words(fields.getOrDefault("flags", ""));
                int vectorBytes = flags.contains("avx512f") && flags.contains("avx512vl") ? 64 : flags.contains("avx2") ? 32 : 16;
                String cpu = "%s-%s-%s".formatted(fields.get("vendor_id"), fields.get("cpu family"), fields.get("model"));
                yield new HostTarget("x86_64-unknown-linux-gnu", cpu, codeFlags(flags), vectorBytes, caches);
            }
            case "aarch64" -> {
                Set<String> flags = words(fields.getOrDefault("Features", ""));
                String cpu = "%s-%s".formatted(fields.get("CPU implementer"), fields.get("CPU part"));
                yield new HostTarget("aarch64-unknown-linux-gnu", cpu, codeFlags(flags), 16, caches);
            }
            default -> throw new UnsupportedOperationException("no host code generator for the architecture " + osArch);
        };
    }

    /** Whether this describes the machine itself, so that LLVM is to be asked for its name and features. */
    public boolean isThisHost() {
        return !features.isEmpty();
    }

    /** Whether it is no host at all. */
    public boolean isGpu() {
        return triple.startsWith("nvptx");
    }

    /** f32 elements in one vector register. */
    public int lanes() {
        return vectorBytes / Float.BYTES;
    }

    /** Vector registers that the instruction set can name: AVX-512 and NEON 32, SSE and AVX2 16. */
    public int vectorRegisters() {
        return vectorBytes == 64 || triple.startsWith("aarch64") ? 32 : 16;
    }

    private static Map<String, String> firstProcessor(String cpuinfo) {
        var fields = new LinkedHashMap<String, String>();
        for (String line : cpuinfo.lines().takeWhile(line -> !line.isBlank()).toList()) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
            }
        }
        return fields;
    }

    private static Set<String> words(String text) {
        return new TreeSet<>(List.of(text.split(" ")));
    }

    private static List<String> codeFlags(Set<String> flags) {
        return flags.stream().filter(flag -> CODE_FLAGS.stream().anyMatch(flag::startsWith)).sorted().toList();
    }
}
