package pleat.codegen.gpu;

import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An NVIDIA target.
 *
 * @param capability as in 90 of {@code sm_90}
 * @param isExact whether code may use what only GPUs of this capability have, and runs on no others: {@code sm_90a}
 * @param sharedBytes shared memory that a block may use at most
 * @param stages parts of a product's factors that are in shared memory at a time at most
 * @param hasBulk whether code may use bulk copies where the target has them
 */
public record GpuTarget(int capability, boolean isExact, int sharedBytes, int stages, boolean hasBulk) {
    private static final int MOST_STAGES = 4;
    public static final GpuTarget SM_80 = new GpuTarget(80, false, 163 << 10, MOST_STAGES, true);
    public static final GpuTarget SM_89 = new GpuTarget(89, false, 99 << 10, MOST_STAGES, true);
    public static final GpuTarget SM_90 = new GpuTarget(90, false, 227 << 10, MOST_STAGES, true);
    public static final GpuTarget SM_90A = new GpuTarget(90, true, 227 << 10, MOST_STAGES, true);
    private static final Pattern LIMITED = Pattern.compile("(\\w+)(?:,stages=([1-4]))?(,bulk=off)?");

    /** {@code sm_90}. */
    public String name() {
        return "sm_" + capability + (isExact ? "a" : "");
    }

    /** Whether it has what another target has. */
    boolean runs(GpuTarget other) {
        return other.isExact ? isExact && capability == other.capability : capability >= other.capability;
    }

    /** Whether four warps together are a group that has matrix units. */
    boolean hasGroups() {
        return runs(SM_90A);
    }

    /** With no more parts of a product's factors in shared memory at a time than so many: with one, none comes while another is multiplied. */
    public GpuTarget withStages(int most) {
        return new GpuTarget(capability, isExact, sharedBytes, most, hasBulk);
    }

    /** Without bulk copies: threads copy what is copied. */
    public GpuTarget withoutBulk() {
        return new GpuTarget(capability, isExact, sharedBytes, stages, false);
    }

    /** Whether boxes of a buffer can be copied to shared memory for the units of groups. */
    boolean copiesBoxes() {
        return hasBulk && hasGroups();
    }

    /** The target of this name, if code can be made for it; {@code sm_90a,stages=2,bulk=off} has fewer {@link #withStages stages} and no bulk copies. */
    public static Optional<GpuTarget> named(String name) {
        var limited = LIMITED.matcher(name);
        if (!limited.matches()) {
            return Optional.empty();
        }
        return all().filter(target -> target.name().equals(limited.group(1))).findFirst()
                .map(target -> limited.group(2) == null ? target : target.withStages(Integer.parseInt(limited.group(2))))
                .map(target -> limited.group(3) == null ? target : target.withoutBulk());
    }

    /**
     * The newest target whose code a GPU runs, with no more shared memory than that has; empty for one that is too old. Exact targets are for those who
     * name them, as long as nobody has measured that they are faster.
     *
     * @param capability of the GPU
     * @param sharedBytes that a block may have there
     */
    public static Optional<GpuTarget> runBy(int capability, int sharedBytes) {
        return all().filter(target -> !target.isExact && target.capability <= capability).reduce((_, newer) -> newer)
                .flatMap(target -> target.on(capability, sharedBytes));
    }

    /** This target with no more shared memory than a GPU has; empty if its code does not run there. */
    public Optional<GpuTarget> on(int gpu, int bytes) {
        boolean isRun = isExact ? gpu == capability : gpu >= capability;
        return isRun ? Optional.of(new GpuTarget(capability, isExact, Math.min(sharedBytes, bytes), stages, hasBulk)) : Optional.empty();
    }

    /** {@code sm_80, sm_89, sm_90, sm_90a}. */
    public static String names() {
        return all().map(GpuTarget::name).collect(Collectors.joining(", "));
    }

    private static Stream<GpuTarget> all() {
        return Stream.of(SM_80, SM_89, SM_90, SM_90A);
    }
}
