package pleat.codegen.gpu;

import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An NVIDIA target.
 *
 * @param capability as in 90 of {@code sm_90}
 * @param sharedBytes shared memory that a block may use at most
 */
public record GpuTarget(int capability, int sharedBytes) {
    public static final GpuTarget SM_80 = new GpuTarget(80, 163 << 10);
    public static final GpuTarget SM_89 = new GpuTarget(89, 99 << 10);
    public static final GpuTarget SM_90 = new GpuTarget(90, 227 << 10);

    /** {@code sm_90}. */
    public String name() {
        return "sm_" + capability;
    }

    /** The target of this name, if code can be made for it. */
    public static Optional<GpuTarget> named(String name) {
        return all().filter(target -> target.name().equals(name)).findFirst();
    }

    /**
     * The newest target whose code a GPU runs, with no more shared memory than that has; empty for one that is too old.
     *
     * @param capability of the GPU
     * @param sharedBytes that a block may have there
     */
    public static Optional<GpuTarget> runBy(int capability, int sharedBytes) {
        return all().filter(target -> target.capability <= capability).reduce((_, newer) -> newer)
                .map(target -> new GpuTarget(target.capability, Math.min(target.sharedBytes, sharedBytes)));
    }

    /** {@code sm_80, sm_89, sm_90}. */
    public static String names() {
        return all().map(GpuTarget::name).collect(Collectors.joining(", "));
    }

    private static Stream<GpuTarget> all() {
        return Stream.of(SM_80, SM_89, SM_90);
    }
}
